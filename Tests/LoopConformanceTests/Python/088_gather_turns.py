# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    print(name)


async def tick():
    for turn in range(5):
        print("turn", turn)
        await asyncio.sleep(0)


async def main():
    ticking = asyncio.create_task(tick())
    await asyncio.gather(child("a"), child("b"))
    print("gathered")
    await ticking


asyncio.run(main())
