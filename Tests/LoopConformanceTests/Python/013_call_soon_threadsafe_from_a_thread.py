# SPDX-License-Identifier: Apache-2.0

import asyncio
import threading


async def main():
    loop = asyncio.get_running_loop()
    # Python 3.14 gives a result that is there before anybody waits ahead of its turn.
    waiting = threading.Event()

    def work():
        waiting.wait()
        loop.call_soon_threadsafe(print, "from the thread")
        loop.call_soon_threadsafe(print, "again")
        return 7

    loop.call_soon(waiting.set)
    print("result", await loop.run_in_executor(None, work))


asyncio.run(main())
