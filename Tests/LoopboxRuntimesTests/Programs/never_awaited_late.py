import asyncio


async def fetch():
    pass


kept = fetch()


async def main():
    pass


asyncio.run(main())
# finding: coroutine-never-awaited 8 | 'fetch' was never awaited
