import asyncio
import os
import time


async def main():
    begin = time.monotonic()
    while time.monotonic() - begin < 2.5:
        pass
    os._exit(3)


asyncio.run(main())
# slow
# report: incomplete
# finding: slow-callback 8..9 | main() still held the event loop after
