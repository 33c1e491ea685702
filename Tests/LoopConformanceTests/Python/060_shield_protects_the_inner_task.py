# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    await asyncio.sleep(0.03)
    print("inner ends")
    return 4


async def outer(task):
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print("outer cancelled")
        raise


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    print("inner done", first.done())
    print("value", await first, second.cancelled())


asyncio.run(main())
