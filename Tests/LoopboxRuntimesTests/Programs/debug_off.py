import asyncio


async def fetch():
    pass


async def main():
    fetch()
    await asyncio.sleep(0)
    kept = asyncio.get_running_loop()
    print(kept.get_debug())


asyncio.run(main(), debug=False)
# finding: coroutine-never-awaited 9 | 'fetch' was never awaited
