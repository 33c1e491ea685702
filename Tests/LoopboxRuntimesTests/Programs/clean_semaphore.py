import asyncio


async def main():
    limit = asyncio.BoundedSemaphore(2)
    running = peak = 0

    async def work():
        nonlocal running, peak
        async with limit:
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*[work() for _ in range(6)])
    print(peak)
    try:
        limit.release()
    except ValueError as error:
        print(error)


asyncio.run(main())
