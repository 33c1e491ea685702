import asyncio


async def work(number):
    return number


async def main():
    result = await asyncio.to_thread(work, 3)
    print(type(result).__name__)


asyncio.run(main())
# finding: coroutine-never-awaited 4 | coroutine 'work' was never awaited | A thread would only make the coroutine: write `await work(3)` in place of `asyncio.to_thread(work, 3)`.
