import asyncio
import signal
import time

import uvloop


async def main():
    await asyncio.sleep(0)
    while True:
        time.sleep(0.01)


signal.setitimer(signal.ITIMER_REAL, 2)
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main())
# needs: uvloop
# slow
# finding: slow-callback 11 | main() still held the event loop after
# report: incomplete
