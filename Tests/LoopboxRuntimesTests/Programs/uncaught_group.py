import asyncio


async def fail():
    raise ValueError("no")


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())


asyncio.run(main())
# versions: 3.11-
# finding: uncaught-exception 5 | ValueError: no (in ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)) | Write `try:` and `except* ValueError:` round line 9, `async with asyncio.TaskGroup() as group:`
