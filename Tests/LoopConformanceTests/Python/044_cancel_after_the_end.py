# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    return 1


async def main():
    task = asyncio.create_task(child())
    await task
    print(task.cancel(), task.cancelled(), task.result())


asyncio.run(main())
