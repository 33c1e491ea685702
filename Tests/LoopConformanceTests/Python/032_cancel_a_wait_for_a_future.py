# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(future):
    try:
        await future
    except asyncio.CancelledError:
        print("child cancelled")
        raise


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(child(future))
    await asyncio.sleep(0)
    task.cancel()
    print("future", future.cancelled())
    try:
        await task
    except asyncio.CancelledError:
        print("task", task.cancelled())


asyncio.run(main())
