# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    print("never")


async def main():
    task = asyncio.create_task(child())
    print(task.cancel(), task.cancelled(), task.done())
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())


asyncio.run(main())
