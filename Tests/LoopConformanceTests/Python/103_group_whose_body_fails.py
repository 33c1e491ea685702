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
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            await asyncio.sleep(0)
            raise ValueError("body")
    except ExceptionGroup as errors:
        for error in errors.exceptions:
            print(error)


asyncio.run(main())
