import asyncio


async def job(n):
    return n


async def main():
    print(await asyncio.gather([job(1), job(2)]))


asyncio.run(main())
# finding: uncaught-exception 9 | TypeError: unhashable type: 'list' | Write `asyncio.gather(*[job(1), job(2)])` in place of `asyncio.gather([job(1), job(2)])`: it takes them one by one.
