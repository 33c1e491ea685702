# SPDX-License-Identifier: Apache-2.0

import asyncio


async def work(name, lock):
    async with lock:
        print(name)


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    first = asyncio.create_task(work("first", lock))
    await asyncio.sleep(0)
    lock.release()
    print("released", lock.locked())
    second = asyncio.create_task(work("second", lock))
    async with lock:
        print("main")
    await first
    await second


asyncio.run(main())
