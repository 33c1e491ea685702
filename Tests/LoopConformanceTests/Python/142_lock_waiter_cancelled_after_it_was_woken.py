# SPDX-License-Identifier: Apache-2.0

import asyncio


async def work(name, lock):
    try:
        async with lock:
            print(name, "has it")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(work(name, lock)) for name in "ab"]
    await asyncio.sleep(0)
    lock.release()
    tasks[0].cancel()
    for task in tasks:
        await task
    print("end", lock.locked())


asyncio.run(main())
