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
    await asyncio.sleep(0)
    task.cancel()
    print("asked", task.cancelled())
    await asyncio.sleep(0)
    print("turn", task.cancelled())
    await asyncio.sleep(0)
    print("end", task.cancelled())


asyncio.run(main())
