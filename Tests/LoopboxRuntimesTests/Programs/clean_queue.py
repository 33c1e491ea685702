import asyncio


async def produce(queue):
    for number in range(5):
        await queue.put(number)
    await queue.join()


async def consume(queue, found):
    while True:
        found.append(await queue.get())
        queue.task_done()


async def main():
    queue, found = asyncio.Queue(maxsize=2), []
    consumer = asyncio.create_task(consume(queue, found))
    await produce(queue)
    consumer.cancel()
    try:
        await consumer
    except asyncio.CancelledError:
        print(found)


asyncio.run(main())
