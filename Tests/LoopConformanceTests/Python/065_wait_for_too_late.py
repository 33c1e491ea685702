# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("child cancelled")
        raise


async def main():
    task = asyncio.create_task(child())
    try:
        await asyncio.wait_for(task, 0.02)
    except asyncio.TimeoutError:
        print("TimeoutError", task.cancelled())
    await asyncio.sleep(0)
    print("goes on")


asyncio.run(main())
