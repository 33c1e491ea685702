import asyncio
import time


def work(number):
    time.sleep(0.4)
    return number


async def main():
    result = await asyncio.to_thread(work(3))
    print(result)


asyncio.run(main())
# slow
# finding: slow-callback 6 | main() held the event loop for | Write `await asyncio.to_thread(work, 3)` in place of `work(3)` (line 11).
# finding: uncaught-exception 11 | TypeError: 'int' object is not callable | Write `asyncio.to_thread(work, 3)` in place of `asyncio.to_thread(work(3))`: `work(3)` is called before the thread is there.
