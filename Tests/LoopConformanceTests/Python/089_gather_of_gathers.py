# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(value):
    await asyncio.sleep(0)
    print("child", value)
    return value


async def main():
    first = asyncio.gather(child(1), child(2))
    second = asyncio.gather(child(3))
    print(await asyncio.gather(first, second))


asyncio.run(main())
