# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work(name, semaphore):
    try:
        async with semaphore:
            print(name, "in")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    semaphore = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(work(name, semaphore)) for name in "ab"]
    await asyncio.sleep(0)
    semaphore.release()
    tasks[0].cancel()
    for task in tasks:
        await task
    print("end", semaphore.locked())


asyncio.run(main())
