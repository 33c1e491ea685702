import asyncio
import time

import uvloop


def read():
    time.sleep(0.4)


async def handle():
    read()


def flush():
    time.sleep(0.4)


async def main():
    await asyncio.create_task(handle())
    asyncio.get_running_loop().call_soon(flush)
    await asyncio.sleep(0.05)


asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main())
# needs: uvloop
# slow
# finding: slow-callback 8 | handle() held the event loop for | Write `await asyncio.to_thread(read)` in place of `read()` (line 12)
# seconds: 0.4
# stack: 12 8
# finding: slow-callback 16 | flush() held the event loop for | which calls flush()
# seconds: 0.4
# stack: 16
