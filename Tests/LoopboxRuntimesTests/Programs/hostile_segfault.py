import asyncio
import faulthandler


async def fetch():
    pass


async def main():
    fetch()
    await asyncio.sleep(0)
    faulthandler.disable()
    faulthandler._sigsegv()


asyncio.run(main())
# report: incomplete
# finding: coroutine-never-awaited 10 | 'fetch' was never awaited
