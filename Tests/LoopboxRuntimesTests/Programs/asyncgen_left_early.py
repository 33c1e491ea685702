import asyncio


async def session():
    try:
        yield "open"
    finally:
        raise OSError("too late")


async def main():
    async for state in session():
        break


asyncio.run(main())
# finding: shutdown-unhandled-exception 8 | OSError: too late | within `async with contextlib.aclosing(session(…)) as …:`
