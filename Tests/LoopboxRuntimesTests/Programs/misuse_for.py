import asyncio


async def names():
    yield "a"


async def main():
    for name in names():
        print(name)


asyncio.run(main())
# finding: uncaught-exception 9 | TypeError: 'async_generator' object is not iterable | Write `async for` in place of `for`: `names()` is an asynchronous generator.
