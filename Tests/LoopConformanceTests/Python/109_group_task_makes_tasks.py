# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def grandchild():
    print("grandchild")


async def child(group):
    print("child")
    await asyncio.sleep(0)
    group.create_task(grandchild())


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(child(group))
    print("end")


asyncio.run(main())
