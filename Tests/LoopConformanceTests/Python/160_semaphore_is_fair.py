# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work(name, semaphore):
    async with semaphore:
        print(name, "in")
        await asyncio.sleep(0)
        print(name, "out")


async def main():
    semaphore = asyncio.Semaphore(2)
    await asyncio.gather(*(work(name, semaphore) for name in "abcde"))
    print("end", semaphore.locked())


asyncio.run(main())
