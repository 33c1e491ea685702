import asyncio


async def fetch():
    pass


async def main():
    await asyncio.wait([fetch()])


asyncio.run(main())
# finding[3.9-3.10]: deprecated-asyncio-api 9 | passing of coroutine objects to asyncio.wait() is deprecated
# finding[3.11-]: uncaught-exception 9 | TypeError: Passing coroutines is forbidden
