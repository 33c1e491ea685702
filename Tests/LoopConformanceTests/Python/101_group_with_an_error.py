# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def bad():
    await asyncio.sleep(0)
    print("bad fails")
    raise ValueError("bad")


async def good():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("good cancelled")
        raise


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(good())
            group.create_task(bad())
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                print("body cancelled")
                raise
    except ExceptionGroup as errors:
        print([str(error) for error in errors.exceptions] == ["bad"], task.cancelled())
    print("cancelling", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
