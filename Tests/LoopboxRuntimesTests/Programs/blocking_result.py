import asyncio
import concurrent.futures
import time


def compute():
    time.sleep(0.4)
    return 7


async def main():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        future = pool.submit(compute)
        print(future.result())


asyncio.run(main())
# slow
# finding: slow-callback 14 | main() held the event loop for | Write `await asyncio.wrap_future(future)` in place of `future.result()`.
