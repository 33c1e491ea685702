# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("swallowed")
    await asyncio.sleep(0.02)
    print("child ends")


async def main():
    asyncio.get_running_loop().call_later(0.01, print, "callback")
    asyncio.create_task(child())
    await asyncio.sleep(0)
    print("main ends")


asyncio.run(main())
