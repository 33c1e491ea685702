import asyncio


async def main():
    print("hello")


asyncio.run(main)
# finding: uncaught-exception 8 | ValueError: a coroutine was expected, got <function main at | Write `asyncio.run(main())` in place of `asyncio.run(main)`: `main` is the function, and calling it makes the coroutine.
