import asyncio


def main():
    print("hello")


asyncio.run(main())
# finding: uncaught-exception 8 | ValueError: a coroutine was expected, got None | Make `main` an `async def`, or write `main()` without `asyncio.run()`: it is a plain function, and returned None.
