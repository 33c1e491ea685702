import asyncio


async def work(number):
    await asyncio.sleep(0)
    if number == 2:
        raise ValueError(number)
    return number


async def main():
    print(await asyncio.gather(*map(work, range(4)), return_exceptions=True))
    done, pending = await asyncio.wait({asyncio.ensure_future(work(1)) for _ in range(3)})
    print(len(done), len(pending))
    for future in asyncio.as_completed([work(5), work(5)]):
        print(await future)
    print(await asyncio.shield(work(6)))


asyncio.run(main())
