# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work(name, barrier):
    print(name, "comes")
    index = await barrier.wait()
    print(name, "goes", index)


async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(work(name, barrier)) for name in "ab"]
    await asyncio.sleep(0.01)
    print("waiting", barrier.n_waiting)
    await work("c", barrier)
    for task in tasks:
        await task
    print("waiting", barrier.n_waiting)


asyncio.run(main())
