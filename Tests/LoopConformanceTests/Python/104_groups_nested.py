# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def bad():
    await asyncio.sleep(0)
    raise ValueError("bad")


async def good(name):
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(good("outer"))
            async with asyncio.TaskGroup() as inner:
                inner.create_task(good("inner"))
                inner.create_task(bad())
    except ExceptionGroup as errors:
        nested = errors.exceptions[0]
        print(len(errors.exceptions), isinstance(nested, ExceptionGroup))
        print(nested.exceptions[0])


asyncio.run(main())
