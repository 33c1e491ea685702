import asyncio


async def fetch():
    pass


asyncio.create_task(fetch())
# finding: uncaught-exception 8 | RuntimeError: no running event loop | move `asyncio.create_task(fetch())` into a coroutine
# finding: coroutine-never-awaited 8 | 'fetch' was never awaited | move `asyncio.create_task(fetch())` into a coroutine
