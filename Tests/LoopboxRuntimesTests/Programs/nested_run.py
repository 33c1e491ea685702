import asyncio


async def fetch():
    pass


async def main():
    asyncio.run(fetch())


asyncio.run(main())
# finding: nested-run 9 | asyncio.run() cannot be called from a running event loop | `await fetch()`
