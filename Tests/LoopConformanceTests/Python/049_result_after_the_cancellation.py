# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(future):
    try:
        await future
    except asyncio.CancelledError:
        print("cancelled")


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(child(future))
    await asyncio.sleep(0)
    task.cancel()
    try:
        future.set_result(1)
    except asyncio.InvalidStateError:
        print("too late")
    await task


asyncio.run(main())
