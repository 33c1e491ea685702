# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, delay):
    await asyncio.sleep(delay)
    print(name)
    return name


async def main():
    tasks = [asyncio.create_task(child("slow", 0.1)), asyncio.create_task(child("quick", 0.01))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending), done.pop().result())
    await pending.pop()


asyncio.run(main())
