import asyncio


async def numbers():
    yield 1


async def main():
    await asyncio.get_running_loop().shutdown_asyncgens()
    async for number in numbers():
        print(number)


asyncio.run(main())
# finding: asyncgen-after-shutdown 10 | was scheduled after loop.shutdown_asyncgens() call
