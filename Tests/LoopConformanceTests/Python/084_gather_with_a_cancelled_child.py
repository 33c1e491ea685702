# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    await asyncio.sleep(0.02)
    print(name, "ends")


async def main():
    first = asyncio.create_task(child("a"))
    second = asyncio.create_task(child("b"))
    await asyncio.sleep(0)
    first.cancel()
    gathered = asyncio.gather(first, second)
    try:
        await gathered
    except asyncio.CancelledError:
        print("cancelled", gathered.cancelled(), second.done())
    await second


asyncio.run(main())
