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
        await asyncio.wait_for(task, 3600)
    except asyncio.CancelledError:
        print("outer cancelled")
        raise


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.wait([second])
    print("end", first.cancelled(), second.cancelled())


asyncio.run(main())
