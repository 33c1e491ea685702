# SPDX-License-Identifier: Apache-2.0

import asyncio


async def consume(name, queue):
    print(name, "waits")
    print(name, "got", await queue.get())


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(consume(name, queue)) for name in "abc"]
    await asyncio.sleep(0)
    for number in range(3):
        queue.put_nowait(number)
    print("put", queue.qsize())
    for task in tasks:
        await task


asyncio.run(main())
