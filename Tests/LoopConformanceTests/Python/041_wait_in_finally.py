# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    finally:
        print("cleaning")
        await asyncio.sleep(0)
        print("cleaned")


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("end", task.cancelled())


asyncio.run(main())
