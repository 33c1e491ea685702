# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    for step in range(3):
        print("step", step)
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            print("cancelled")


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    task.cancel()
    await task
    print("end", task.cancelled())


asyncio.run(main())
