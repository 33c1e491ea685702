# SPDX-License-Identifier: Apache-2.0

import asyncio


async def consume(condition, box):
    async with condition:
        await condition.wait_for(lambda: len(box) >= 2)
        print("two", len(box))


async def main():
    condition = asyncio.Condition()
    box = []
    task = asyncio.create_task(consume(condition, box))
    for number in range(2):
        await asyncio.sleep(0.01)
        async with condition:
            box.append(number)
            condition.notify_all()
            print("put", number)
    await task


asyncio.run(main())
