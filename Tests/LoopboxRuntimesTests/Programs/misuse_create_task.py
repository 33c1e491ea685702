import asyncio


async def job():
    pass


async def main():
    await asyncio.create_task(job)


asyncio.run(main())
# finding: uncaught-exception 9 | TypeError: a coroutine was expected, got <function job at | Write `asyncio.create_task(job())` in place of `asyncio.create_task(job)`: `job` is the function, and calling it makes the coroutine.
