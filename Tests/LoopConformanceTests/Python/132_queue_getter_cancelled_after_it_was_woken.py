# SPDX-License-Identifier: Apache-2.0

import asyncio


async def consume(name, queue):
    try:
        print(name, "got", await queue.get())
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    queue = asyncio.Queue()
    first = asyncio.create_task(consume("a", queue))
    second = asyncio.create_task(consume("b", queue))
    await asyncio.sleep(0)
    queue.put_nowait("x")
    first.cancel()
    await second
    await first
    print(queue.qsize())


asyncio.run(main())
