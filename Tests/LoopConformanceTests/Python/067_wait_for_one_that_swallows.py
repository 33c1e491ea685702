# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("swallowed")
    return "result"


async def main():
    print(await asyncio.wait_for(asyncio.create_task(child()), 0.02))


asyncio.run(main())
