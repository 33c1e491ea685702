import asyncio
import contextlib


async def numbers():
    try:
        while True:
            yield 1
    finally:
        await asyncio.sleep(0)
        print("closed")


async def main():
    async with contextlib.aclosing(numbers()) as found:
        async for number in found:
            break
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.sleep, 0)
        await stack.enter_async_context(session())


@contextlib.asynccontextmanager
async def session():
    print("in")
    yield
    print("out")


asyncio.run(main())
# versions: 3.10-
