# SPDX-License-Identifier: Apache-2.0
# since: 3.13

import asyncio


async def wait(queue):
    await queue.join()
    print("joined")


async def main():
    queue = asyncio.Queue()
    queue.put_nowait(1)
    queue.put_nowait(2)
    joining = asyncio.create_task(wait(queue))
    await asyncio.sleep(0)
    queue.shutdown(immediate=True)
    print("shut down", queue.qsize())
    await joining
    try:
        await queue.get()
    except asyncio.QueueShutDown:
        print("refused")


asyncio.run(main())
