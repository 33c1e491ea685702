# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    return 1


async def main():
    task = asyncio.create_task(child())
    await task
    asyncio.get_running_loop().call_soon(print, "callback")
    done, pending = await asyncio.wait([task])
    print("waited", len(done), len(pending))
    try:
        await asyncio.wait([])
    except ValueError:
        print("nothing to wait for")


asyncio.run(main())
