import asyncio
import time


def rows():
    for number in range(3):
        time.sleep(0.2)
        yield number


async def main():
    for row in rows():
        print(row)


asyncio.run(main())
# slow
# finding: slow-callback 7 | main() held the event loop for | `rows()` (line 12) does its work as its items are taken: write `await asyncio.to_thread(list, rows())` in its place.
