# SPDX-License-Identifier: Apache-2.0

import asyncio


async def nap(name, delay):
    await asyncio.sleep(delay)
    print(name)


async def main():
    tasks = [
        asyncio.create_task(nap("late", 0.12)),
        asyncio.create_task(nap("soon", 0.02)),
        asyncio.create_task(nap("middle", 0.07)),
        asyncio.create_task(nap("now", 0)),
    ]
    for task in tasks:
        await task
    print("end")


asyncio.run(main())
