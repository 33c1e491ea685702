import asyncio
import sys


async def leave():
    sys.exit(7)


async def main():
    task = asyncio.create_task(leave())
    await asyncio.sleep(1)
    del task


asyncio.run(main())
