# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    print("inner")
    return 1


async def tick():
    for turn in range(5):
        print("turn", turn)
        await asyncio.sleep(0)


async def main():
    ticking = asyncio.create_task(tick())
    print("value", await asyncio.shield(asyncio.create_task(inner())))
    await ticking


asyncio.run(main())
