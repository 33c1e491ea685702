# SPDX-License-Identifier: Apache-2.0

import asyncio


async def last():
    print("last")


async def middle():
    await asyncio.create_task(last())
    print("middle")


async def first():
    await asyncio.create_task(middle())
    print("first")


async def tick():
    for number in range(8):
        print("turn", number)
        await asyncio.sleep(0)


async def main():
    ticking = asyncio.create_task(tick())
    await asyncio.create_task(first())
    print("main")
    await ticking


asyncio.run(main())
