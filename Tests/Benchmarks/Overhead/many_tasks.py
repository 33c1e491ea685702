# SPDX-License-Identifier: Apache-2.0
import asyncio


async def work(number):
    await asyncio.sleep(0)
    return number


async def main():
    for _ in range(20):
        await asyncio.gather(*[work(number) for number in range(500)])


asyncio.run(main())
