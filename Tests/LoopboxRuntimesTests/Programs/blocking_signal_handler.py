import asyncio
import os
import signal
import time


def reload():
    time.sleep(0.4)


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)
    os.kill(os.getpid(), signal.SIGHUP)
    await asyncio.sleep(0.1)


asyncio.run(main())
# slow
# finding: slow-callback 8 | reload() held the event loop for | `time.sleep(0.4)` blocks the loop, which calls reload(): have reload() start a task of a coroutine that awaits, or give the slow part to `loop.run_in_executor()`.
