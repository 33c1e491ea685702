# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work(name, barrier):
    try:
        await barrier.wait()
    except asyncio.BrokenBarrierError:
        print(name, "broken", barrier.broken)


async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(work(name, barrier)) for name in "ab"]
    await asyncio.sleep(0.01)
    await barrier.abort()
    for task in tasks:
        await task
    await work("late", barrier)
    await barrier.reset()
    print("reset", barrier.broken)


asyncio.run(main())
