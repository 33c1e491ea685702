# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def child(name, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    print(name)
    return name


async def main():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(child("a", 2))
        second = group.create_task(child("b", 1))
        print("body ends")
    print(first.result(), second.result())


asyncio.run(main())
