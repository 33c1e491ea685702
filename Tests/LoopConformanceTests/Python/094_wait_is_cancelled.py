# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    await asyncio.sleep(0.03)
    print("child ends")


async def outer(task):
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        print("wait cancelled")


async def main():
    first = asyncio.create_task(child())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep(0)
    second.cancel()
    await second
    print(first.done())
    await first


asyncio.run(main())
