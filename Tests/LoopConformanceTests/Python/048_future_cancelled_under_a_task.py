# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(future):
    await future


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(child(future))
    await asyncio.sleep(0)
    future.cancel()
    print(task.done())
    await asyncio.sleep(0)
    print(task.done(), task.cancelled())


asyncio.run(main())
