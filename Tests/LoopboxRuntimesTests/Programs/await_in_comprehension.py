import asyncio


async def price(name):
    await asyncio.sleep(0.001)
    return len(name)


async def main():
    prices = [price(name) for name in ("tea", "milk")]
    print(len(prices))


asyncio.run(main())
# finding: coroutine-never-awaited 10:15-26 x2 | coroutine 'price' was never awaited | Write `await price(name)`, or keep the task of `asyncio.create_task(price(name))` and await it.
