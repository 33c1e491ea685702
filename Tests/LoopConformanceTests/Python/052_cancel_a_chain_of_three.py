# SPDX-License-Identifier: Apache-2.0

import asyncio


async def work(name, next_task):
    try:
        if next_task is None:
            await asyncio.sleep(3600)
        else:
            await next_task
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    last = asyncio.create_task(work("last", None))
    middle = asyncio.create_task(work("middle", last))
    first = asyncio.create_task(work("first", middle))
    await asyncio.sleep(0)
    first.cancel()
    for turn in range(5):
        print("turn", turn)
        await asyncio.sleep(0)
    print(first.cancelled(), middle.cancelled(), last.cancelled())


asyncio.run(main())
