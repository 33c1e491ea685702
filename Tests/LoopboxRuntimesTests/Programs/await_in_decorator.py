import asyncio
import functools


def retry(function):
    @functools.wraps(function)
    async def wrapper(*arguments):
        for _ in range(3):
            try:
                return function(*arguments)
            except OSError:
                pass

    return wrapper


@retry
async def upload(name):
    await asyncio.sleep(0)
    return name


async def main():
    await upload("a.txt")


asyncio.run(main())
# finding: coroutine-never-awaited 10 | coroutine 'upload' was never awaited | Write `await function(*arguments)`, or keep the task of `asyncio.create_task(function(*arguments))` and await it.
