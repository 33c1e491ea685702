# SPDX-License-Identifier: Apache-2.0

import asyncio


async def produce(name, queue):
    try:
        await queue.put(name)
        print(name, "put")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    queue = asyncio.Queue(maxsize=1)
    queue.put_nowait("first")
    tasks = [asyncio.create_task(produce(name, queue)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    print("got", queue.get_nowait())
    tasks[0].cancel()
    for task in tasks:
        await task
    print("got", await queue.get(), queue.qsize())


asyncio.run(main())
