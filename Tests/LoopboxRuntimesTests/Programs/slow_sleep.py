import asyncio
import time


def wait(seconds):
    time.sleep(seconds)


async def main():
    wait(0.4)
    await asyncio.sleep(0)


asyncio.run(main())
# slow
# finding: slow-callback 6 | main() held the event loop for | asyncio.to_thread(
# stack: 10 6
