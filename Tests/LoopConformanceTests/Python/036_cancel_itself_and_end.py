# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    asyncio.current_task().cancel()
    return 1


async def main():
    task = asyncio.create_task(child())
    try:
        print(await task)
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())


asyncio.run(main())
