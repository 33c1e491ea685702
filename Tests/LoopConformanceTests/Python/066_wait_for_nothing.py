# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    print("never")


async def main():
    try:
        await asyncio.wait_for(child(), 0)
    except asyncio.TimeoutError:
        print("TimeoutError")
    future = asyncio.get_running_loop().create_future()
    try:
        await asyncio.wait_for(future, 0)
    except asyncio.TimeoutError:
        print("TimeoutError", future.cancelled())
    done = asyncio.get_running_loop().create_future()
    done.set_result(3)
    print(await asyncio.wait_for(done, 0))


asyncio.run(main())
