# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def child():
    task = asyncio.current_task()
    for attempt in range(2):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print("cancelling", task.cancelling())
    print("uncancel", task.uncancel(), task.uncancel(), task.uncancel())


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    print("cancelling", task.cancelling())
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await task
    print("end", task.cancelling(), task.cancelled())


asyncio.run(main())
