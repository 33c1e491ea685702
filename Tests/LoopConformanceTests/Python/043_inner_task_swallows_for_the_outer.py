# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("inner swallows")
    return 5


async def outer(task):
    print("outer got", await task)


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep(0)
    second.cancel()
    await second
    print("end", first.cancelled(), second.cancelled())


asyncio.run(main())
