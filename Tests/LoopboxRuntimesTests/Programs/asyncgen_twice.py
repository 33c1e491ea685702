import asyncio


async def numbers():
    for number in range(10):
        await asyncio.sleep(0)
        yield number


async def main():
    generator = numbers()
    await asyncio.gather(generator.asend(None), generator.asend(None))


asyncio.run(main())
# finding: asyncgen-already-running 12 | asynchronous generator is already running
