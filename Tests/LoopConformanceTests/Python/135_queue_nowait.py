# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    queue = asyncio.Queue(maxsize=2)
    try:
        queue.get_nowait()
    except asyncio.QueueEmpty:
        print("empty")
    queue.put_nowait(1)
    queue.put_nowait(2)
    try:
        queue.put_nowait(3)
    except asyncio.QueueFull:
        print("full")
    print(queue.get_nowait(), queue.get_nowait(), queue.qsize())


asyncio.run(main())
