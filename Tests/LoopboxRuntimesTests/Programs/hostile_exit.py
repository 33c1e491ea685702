import asyncio
import os
import sys


async def fetch():
    pass


async def main():
    fetch()
    sys.stderr.flush()
    os._exit(5)


asyncio.run(main())
# report: incomplete
# finding: coroutine-never-awaited 11 | 'fetch' was never awaited
