# SPDX-License-Identifier: Apache-2.0

import asyncio


async def produce(queue):
    for number in range(3):
        await queue.put(number)
        print("put", number)


async def consume(queue):
    for _ in range(3):
        print("got", await queue.get())


async def main():
    queue = asyncio.Queue(maxsize=1)
    await asyncio.gather(produce(queue), consume(queue))
    print(queue.empty(), queue.full())


asyncio.run(main())
