# SPDX-License-Identifier: Apache-2.0

import asyncio


async def work(name, lock):
    try:
        async with lock:
            print(name, "has it")
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(work(name, lock)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    lock.release()
    for task in tasks:
        await task
    print("end", lock.locked())


asyncio.run(main())
