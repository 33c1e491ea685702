import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_exception(OSError("lost"))
    del future
    await asyncio.sleep(0)


asyncio.run(main())
# finding: future-exception-never-retrieved 6 | OSError: lost
