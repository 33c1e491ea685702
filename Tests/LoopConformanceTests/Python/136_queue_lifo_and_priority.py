# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    lifo = asyncio.LifoQueue()
    priority = asyncio.PriorityQueue()
    for number in (3, 1, 5, 2, 4):
        await lifo.put(number)
        await priority.put(number)
    for _ in range(5):
        print(await lifo.get(), await priority.get())


asyncio.run(main())
