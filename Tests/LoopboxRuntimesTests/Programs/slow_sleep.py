import asyncio
import time


def wait(seconds):
    time.sleep(seconds)


async def main():
    wait(0.4)
    await asyncio.sleep(0)


asyncio.run(main())
# slow
# finding: slow-callback 6 | main() held the event loop for | Write `await asyncio.to_thread(wait, 0.4)` in place of `wait(0.4)` (line 10).
# seconds: 0.4
# stack: 10 6
