import asyncio
import time


def busy():
    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        pass


async def main():
    asyncio.get_running_loop().call_soon(busy)
    await asyncio.sleep(0.05)


asyncio.run(main())
# slow
# finding: slow-callback 7..8 | busy() held the event loop for
# seconds: 0.4
# creation: 16 12
