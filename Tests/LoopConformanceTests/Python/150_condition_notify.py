# SPDX-License-Identifier: Apache-2.0

import asyncio


async def wait(name, condition):
    async with condition:
        print(name, "waits")
        await condition.wait()
        print(name, "goes on")


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(wait(name, condition)) for name in "abc"]
    await asyncio.sleep(0.01)
    async with condition:
        condition.notify(2)
        print("notified two")
    await asyncio.sleep(0.01)
    async with condition:
        condition.notify_all()
        print("notified all")
    for task in tasks:
        await task


asyncio.run(main())
