# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    print("runs once")
    return 3


async def main():
    task = asyncio.create_task(child())
    print(await asyncio.gather(task, task))


asyncio.run(main())
