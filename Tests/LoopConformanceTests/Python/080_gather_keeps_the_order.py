# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    print(name)
    return name


async def main():
    print(await asyncio.gather(child("a", 3), child("b", 1), child("c", 2)) == ["a", "b", "c"])


asyncio.run(main())
