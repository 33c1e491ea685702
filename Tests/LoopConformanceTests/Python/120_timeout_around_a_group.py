# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("child cancelled")
        raise


async def main():
    try:
        async with asyncio.timeout(0.02):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
    except TimeoutError:
        print("TimeoutError")


asyncio.run(main())
