import asyncio
import logging
import logging.config
import time

logging.disable(logging.CRITICAL)
logging.config.dictConfig({"version": 1})


async def fail():
    raise ValueError("lost")


async def main():
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    del task
    await asyncio.sleep(0)
    time.sleep(0.4)


asyncio.run(main())
# slow
# finding: task-exception-never-retrieved 11 | ValueError: lost
# finding: slow-callback 19 | main() held the event loop
