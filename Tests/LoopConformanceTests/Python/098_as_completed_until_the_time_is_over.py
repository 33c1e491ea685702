# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, delay):
    await asyncio.sleep(delay)
    print(name, "ends")
    return name


async def main():
    tasks = [asyncio.create_task(child("quick", 0.01)), asyncio.create_task(child("slow", 0.15))]
    try:
        for each in asyncio.as_completed(tasks, timeout=0.07):
            print(await each)
    except asyncio.TimeoutError:
        print("TimeoutError", tasks[1].done())
    await tasks[1]


asyncio.run(main())
