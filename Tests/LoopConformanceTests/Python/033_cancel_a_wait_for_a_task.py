# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("inner cancelled")
        raise


async def outer(task):
    try:
        await task
    except asyncio.CancelledError:
        print("outer cancelled")
        raise


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep(0)
    second.cancel()
    for turn in range(5):
        print("turn", turn, first.cancelled(), second.cancelled())
        await asyncio.sleep(0)


asyncio.run(main())
