# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    await asyncio.sleep(3600)


async def outer(task):
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print("outer sees it")


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep(0)
    first.cancel()
    await second
    print("end", first.cancelled(), second.cancelled())


asyncio.run(main())
