import asyncio
import time


class Session:
    async def __aenter__(self):
        time.sleep(0.4)
        return self

    async def __aexit__(self, *_):
        pass


async def main():
    async with Session():
        print("in")


asyncio.run(main())
# slow
# finding: slow-callback 7 | main() held the event loop for | Write `await asyncio.sleep(0.4)` in place of `time.sleep(0.4)`.
