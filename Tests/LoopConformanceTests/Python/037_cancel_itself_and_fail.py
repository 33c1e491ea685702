# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    asyncio.current_task().cancel()
    raise ValueError("oops")


async def main():
    task = asyncio.create_task(child())
    try:
        await task
    except ValueError as error:
        print("failed", error, task.cancelled())


asyncio.run(main())
