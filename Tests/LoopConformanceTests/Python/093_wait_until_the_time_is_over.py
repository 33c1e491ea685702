# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, delay):
    await asyncio.sleep(delay)
    print(name)


async def main():
    tasks = [asyncio.create_task(child("slow", 0.15)), asyncio.create_task(child("quick", 0.01))]
    done, pending = await asyncio.wait(tasks, timeout=0.07)
    print(len(done), len(pending), tasks[0].cancelled())
    await tasks[0]


asyncio.run(main())
