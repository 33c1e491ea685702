# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def child(name):
    await asyncio.sleep(0.01)
    print(name, "ends")


async def main():
    async with asyncio.TaskGroup() as group:
        task = group.create_task(child("a"))
        group.create_task(child("b"))
        await asyncio.sleep(0)
        task.cancel()
    print("end", task.cancelled())


asyncio.run(main())
