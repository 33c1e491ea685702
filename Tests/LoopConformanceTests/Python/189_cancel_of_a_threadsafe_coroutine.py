# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(started):
    started.set()
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("child cancelled")
        raise


async def main():
    loop = asyncio.get_running_loop()
    started = asyncio.Event()
    future = asyncio.run_coroutine_threadsafe(child(started), loop)
    await started.wait()
    print(future.cancel(), future.cancelled(), future.done())
    await asyncio.sleep(0.01)
    print("end")


asyncio.run(main())
