# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work(name, semaphore):
    async with semaphore:
        print(name)


async def main():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    first = asyncio.create_task(work("first", semaphore))
    await asyncio.sleep(0)
    semaphore.release()
    print("released", semaphore.locked())
    await semaphore.acquire()
    print("main")
    semaphore.release()
    await first


asyncio.run(main())
