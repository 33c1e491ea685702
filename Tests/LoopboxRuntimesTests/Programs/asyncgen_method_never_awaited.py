import asyncio


async def numbers():
    yield 1
    yield 2


async def main():
    generator = numbers()
    await generator.asend(None)
    generator.asend(None)
    await generator.aclose()


asyncio.run(main())
# versions: 3.13-
# finding: asyncgen-method-never-awaited 12 | coroutine method 'asend' of 'numbers' was never awaited
