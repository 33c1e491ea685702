import asyncio


@asyncio.coroutine
def fetch():
    yield


async def main():
    fetch()


asyncio.run(main())
# versions: 3.9-3.10
# finding: deprecated-asyncio-api 5 | "@coroutine" decorator is deprecated
# finding: coroutine-never-yielded-from 10 | was never yielded from
