# SPDX-License-Identifier: Apache-2.0

import asyncio


async def work(name, lock):
    for round in range(2):
        async with lock:
            print(name, round)
            await asyncio.sleep(0)


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*(work(name, lock) for name in "abc"))
    print("end", lock.locked())


asyncio.run(main())
