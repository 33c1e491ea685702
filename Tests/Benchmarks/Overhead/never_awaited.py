# SPDX-License-Identifier: Apache-2.0
import asyncio


async def store(number):
    await asyncio.sleep(0)


async def main():
    for number in range(20_000):
        store(number)
        await asyncio.sleep(0)


asyncio.run(main())
