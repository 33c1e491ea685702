import asyncio
import contextlib


@contextlib.asynccontextmanager
async def session():
    yield 1


async def main():
    with session() as s:
        print(s)


asyncio.run(main())
# finding[3.9-3.10]: uncaught-exception 11 | AttributeError: __enter__ | Write `async with` in place of `with`: entering `session()` has to be awaited.
# finding[3.11-]: uncaught-exception 11 | TypeError: '_AsyncGeneratorContextManager' object does not support the context manager protocol | Write `async with` in place of `with`: entering `session()` has to be awaited.
