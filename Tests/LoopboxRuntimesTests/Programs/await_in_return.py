import asyncio


async def total(items):
    return sum(items)


async def report():
    return total([1, 2])


async def main():
    result = await report()
    print(type(result).__name__)


asyncio.run(main())
# finding: coroutine-never-awaited 9:12-25 | coroutine 'total' was never awaited | Write `await total([1, 2])`, or keep the task of `asyncio.create_task(total([1, 2]))` and await it.
