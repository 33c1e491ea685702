# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def child():
    async with asyncio.timeout(0.02):
        await asyncio.sleep(3600)


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            await asyncio.sleep(3600)
    except ExceptionGroup as errors:
        print(type(errors.exceptions[0]).__name__)


asyncio.run(main())
