import asyncio


async def inner():
    return 1


async def main():
    loop = asyncio.get_event_loop()
    print(loop.run_until_complete(inner()))


asyncio.run(main())
# finding: nested-run 10 | RuntimeError: This event loop is already running | The loop runs already: write `await inner()` in place of `loop.run_until_complete(inner())`.
