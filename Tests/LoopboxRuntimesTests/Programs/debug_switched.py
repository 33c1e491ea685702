import asyncio


async def fetch():
    pass


async def main():
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    await asyncio.sleep(0)
    fetch()
    loop.set_debug(False)
    await asyncio.sleep(0)
    fetch()


asyncio.run(main(), debug=False)
# finding: coroutine-never-awaited 12 | 'fetch' was never awaited
# finding: coroutine-never-awaited 15 | 'fetch' was never awaited
