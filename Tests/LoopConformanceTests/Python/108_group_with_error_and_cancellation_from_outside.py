# SPDX-License-Identifier: Apache-2.0
# since: 3.13

import asyncio


async def bad():
    try:
        await asyncio.sleep(3600)
    finally:
        raise ValueError("bad")


async def work():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
    except ExceptionGroup as errors:
        print(errors.exceptions[0], asyncio.current_task().cancelling())
    try:
        await asyncio.sleep(0)
        print("went on")
    except asyncio.CancelledError:
        print("cancelled at the next wait")
        raise


async def main():
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    print("end", task.cancelled())


asyncio.run(main())
