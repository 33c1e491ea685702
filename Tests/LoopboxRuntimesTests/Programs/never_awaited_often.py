import asyncio


async def fetch():
    pass


async def main():
    for _ in range(30):
        fetch()


asyncio.run(main())
# finding: coroutine-never-awaited 10 x30 | 'fetch' was never awaited
