# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def first():
    await asyncio.sleep(0)
    raise ValueError("first")


async def second():
    try:
        await asyncio.sleep(3600)
    finally:
        raise ValueError("second")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(second())
            group.create_task(first())
    except ExceptionGroup as errors:
        for error in errors.exceptions:
            print(error)


asyncio.run(main())
