# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def outer(children):
    try:
        await asyncio.gather(*children)
    except asyncio.CancelledError:
        print("outer cancelled")
        raise


async def main():
    children = [asyncio.create_task(child(name)) for name in "abc"]
    task = asyncio.create_task(outer(children))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    for turn in range(4):
        print("turn", turn, task.cancelled())
        await asyncio.sleep(0)


asyncio.run(main())
