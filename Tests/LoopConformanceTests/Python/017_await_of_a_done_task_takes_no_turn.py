# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    return 5


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    loop.call_soon(print, "callback")
    print("value", await task)
    print("before the callback")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
