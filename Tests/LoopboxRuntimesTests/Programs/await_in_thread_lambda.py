import asyncio


async def load():
    return 5


async def main():
    loop = asyncio.get_running_loop()
    value = await loop.run_in_executor(None, lambda: load())
    print(type(value).__name__)


asyncio.run(main())
# finding: coroutine-never-awaited 10:54-60 | coroutine 'load' was never awaited | A thread would only make the coroutine: write `await load()` in place of `await loop.run_in_executor(None, lambda: load())`.
