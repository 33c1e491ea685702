import asyncio
import logging

logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(funcName)s %(message)s")
logging.captureWarnings(True)


async def fetch():
    pass


async def fail():
    raise ValueError("lost")


async def main():
    fetch()
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    del task
    await asyncio.sleep(0)


asyncio.run(main())
# finding: task-exception-never-retrieved 13 | ValueError: lost
# finding: coroutine-never-awaited 17 | 'fetch' was never awaited
