import asyncio


async def work(number):
    return number


async def main():
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, work, 3))


asyncio.run(main())
# finding: coroutine-as-callback 10 | TypeError: coroutines cannot be used with run_in_executor() | A thread would only make the coroutine: write `await work(3)` in place of `await loop.run_in_executor(None, work, 3)`.
