import asyncio


async def worker(lock, event, found, number):
    async with lock:
        found.append(number)
    await event.wait()


async def main():
    lock, event, found = asyncio.Lock(), asyncio.Event(), []
    limit = asyncio.Semaphore(2)
    tasks = [asyncio.ensure_future(worker(lock, event, found, n)) for n in range(3)]
    async with limit:
        await asyncio.sleep(0)
    event.set()
    await asyncio.gather(*tasks)
    print(sorted(found))


asyncio.run(main())
