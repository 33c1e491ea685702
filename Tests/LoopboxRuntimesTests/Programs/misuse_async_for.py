import asyncio


async def main():
    async for name in ["a", "b"]:
        print(name)


asyncio.run(main())
# finding: uncaught-exception 5 | TypeError: 'async for' requires an object with __aiter__ method, got list | Write `for` in place of `async for`: `["a", "b"]` is no asynchronous iterable.
