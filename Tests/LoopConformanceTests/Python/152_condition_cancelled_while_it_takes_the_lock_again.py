# SPDX-License-Identifier: Apache-2.0

import asyncio


async def wait(condition):
    async with condition:
        try:
            await condition.wait()
            print("never")
        except asyncio.CancelledError:
            print("cancelled", condition.locked())


async def main():
    condition = asyncio.Condition()
    task = asyncio.create_task(wait(condition))
    await asyncio.sleep(0.01)
    async with condition:
        condition.notify()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        print("still mine")
    await task
    print("end", condition.locked())


asyncio.run(main())
