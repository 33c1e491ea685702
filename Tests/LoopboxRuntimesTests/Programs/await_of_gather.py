import asyncio


async def job(number):
    await asyncio.sleep(0)


async def main():
    asyncio.gather(job(1), job(2))


asyncio.run(main())
# finding: future-exception-never-retrieved 9 | nobody awaited what gather() gave: asyncio.exceptions.CancelledError | Write `await asyncio.gather(job(1), job(2))`: nobody waits for what it gathers.
