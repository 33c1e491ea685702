# SPDX-License-Identifier: Apache-2.0

import asyncio


async def worker(name, queue):
    while True:
        item = await queue.get()
        print(name, "takes", item)
        await asyncio.sleep(0)
        print(name, "done", item)
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    await queue.join()
    for number in range(4):
        queue.put_nowait(number)
    workers = [asyncio.create_task(worker(name, queue)) for name in "ab"]
    await queue.join()
    print("joined")
    for each in workers:
        each.cancel()
    try:
        queue.task_done()
    except ValueError:
        print("once too often")


asyncio.run(main())
