# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    return name


async def main():
    for each in asyncio.as_completed([child("c", 5), child("a", 1), child("b", 3)]):
        print(await each)


asyncio.run(main())
