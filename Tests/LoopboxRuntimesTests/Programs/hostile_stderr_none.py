import asyncio
import sys


async def fetch():
    pass


async def main():
    fetch()
    raise ValueError("unseen")


sys.stderr = sys.__stderr__ = None
asyncio.run(main())
# finding: coroutine-never-awaited 10 | 'fetch' was never awaited
# finding: uncaught-exception 11 | ValueError: unseen
