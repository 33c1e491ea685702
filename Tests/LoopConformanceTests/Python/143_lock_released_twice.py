# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    lock.release()
    try:
        lock.release()
    except RuntimeError:
        print("not acquired")


asyncio.run(main())
