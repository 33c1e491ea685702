import asyncio


async def inner():
    return 1


def helper():
    return asyncio.run(inner())


async def main():
    print(helper())


asyncio.run(main())
# finding: nested-run 9 | RuntimeError: asyncio.run() cannot be called from a running event loop | The loop runs already: make `helper` an `async def` and write `await inner()` in place of `asyncio.run(inner())`.
