# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    for attempt in range(2):
        try:
            await asyncio.sleep(0.01)
            print("slept")
        except asyncio.CancelledError:
            print("cancelled")


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel())
    await task
    print("end", task.cancelled())


asyncio.run(main())
