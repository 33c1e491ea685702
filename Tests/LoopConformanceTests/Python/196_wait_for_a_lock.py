# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    try:
        await asyncio.wait_for(lock.acquire(), 0.02)
    except asyncio.TimeoutError:
        print("TimeoutError", lock.locked())
    lock.release()
    await asyncio.wait_for(lock.acquire(), 3600)
    print("acquired", lock.locked())


asyncio.run(main())
