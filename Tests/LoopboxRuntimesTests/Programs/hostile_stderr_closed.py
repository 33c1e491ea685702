import asyncio
import sys


async def fetch():
    pass


async def main():
    sys.stderr.close()
    fetch()
    raise ValueError("unseen")


asyncio.run(main())
# finding: coroutine-never-awaited 11 | 'fetch' was never awaited
# finding: uncaught-exception 12 | ValueError: unseen
