# SPDX-License-Identifier: Apache-2.0
# since: 3.13

import asyncio


async def consume(queue):
    try:
        while True:
            print("got", await queue.get())
    except asyncio.QueueShutDown:
        print("consumer ends")


async def produce(queue):
    try:
        await queue.put("late")
        await queue.put("later")
    except asyncio.QueueShutDown:
        print("producer ends")


async def main():
    queue = asyncio.Queue(maxsize=2)
    queue.put_nowait(1)
    queue.put_nowait(2)
    producer = asyncio.create_task(produce(queue))
    await asyncio.sleep(0)
    queue.shutdown()
    consumer = asyncio.create_task(consume(queue))
    await consumer
    await producer
    try:
        queue.put_nowait(3)
    except asyncio.QueueShutDown:
        print("refused")


asyncio.run(main())
