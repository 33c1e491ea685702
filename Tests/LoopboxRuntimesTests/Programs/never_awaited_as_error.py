import asyncio


async def fetch():
    pass


async def main():
    fetch()


asyncio.run(main())
fetch()
# flags: -W error::RuntimeWarning
# finding: coroutine-never-awaited 9 | 'fetch' was never awaited
# finding: coroutine-never-awaited 13 | 'fetch' was never awaited
