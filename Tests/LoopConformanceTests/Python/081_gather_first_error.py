# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, turns, fails):
    for _ in range(turns):
        await asyncio.sleep(0)
    print(name, "ends")
    if fails:
        raise ValueError(name)


async def main():
    slow = asyncio.create_task(child("slow", 4, False))
    try:
        await asyncio.gather(slow, child("bad", 1, True), child("worse", 2, True))
    except ValueError as error:
        print("failed", error, slow.done())
    await slow
    print("end")


asyncio.run(main())
