# SPDX-License-Identifier: Apache-2.0

import asyncio


async def wait(name, condition):
    async with condition:
        try:
            await condition.wait()
            print(name, "goes on")
        except asyncio.CancelledError:
            print(name, "cancelled", condition.locked())


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(wait(name, condition)) for name in "ab"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks[0].cancel()
    await tasks[0]
    async with condition:
        condition.notify()
    await tasks[1]
    print("end", condition.locked())


asyncio.run(main())
