# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    raise asyncio.CancelledError


async def main():
    task = asyncio.create_task(child())
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())


asyncio.run(main())
