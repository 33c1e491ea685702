# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work(name, barrier):
    try:
        print(name, "goes", await barrier.wait())
    except asyncio.BrokenBarrierError:
        print(name, "broken")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    barrier = asyncio.Barrier(2)
    first = asyncio.create_task(work("a", barrier))
    await asyncio.sleep(0.01)
    await barrier.reset()
    await first
    second = asyncio.create_task(work("b", barrier))
    await asyncio.sleep(0.01)
    second.cancel()
    await second
    print("waiting", barrier.n_waiting)
    third = asyncio.create_task(work("c", barrier))
    await asyncio.sleep(0.01)
    await work("d", barrier)
    await third


asyncio.run(main())
