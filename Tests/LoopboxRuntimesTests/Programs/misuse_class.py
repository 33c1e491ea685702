import asyncio


class Session:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass


async def main():
    async with Session as s:
        print(s)


asyncio.run(main())
# finding[3.9-3.10]: uncaught-exception 13 | AttributeError: __aenter__ | Write `Session()`: an object is needed here, and `Session` is its class.
# finding[3.11-]: uncaught-exception 13 | TypeError: 'type' object does not support the asynchronous context manager protocol | Write `Session()`: an object is needed here, and `Session` is its class.
