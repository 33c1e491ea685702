import asyncio
import functools
import inspect


async def fetch(url, size=1):
    return url * size


def logged(function):
    @functools.wraps(function)
    async def wrapper(*arguments):
        print("called", function.__name__)
        return await function(*arguments)
    return wrapper


@logged
async def load(url):
    return await functools.partial(fetch, size=2)(url)


async def main():
    print(inspect.iscoroutinefunction(load), inspect.isawaitable(5))
    coroutine = load("a")
    print(inspect.getcoroutinestate(coroutine), asyncio.iscoroutine(coroutine))
    print(await coroutine, inspect.getcoroutinestate(coroutine))


asyncio.run(main())
