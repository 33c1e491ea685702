# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    task = asyncio.current_task()
    print(task.cancel())
    print("goes on")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("cancelled at the wait")
        raise


async def main():
    task = asyncio.create_task(child())
    try:
        await task
    except asyncio.CancelledError:
        print("end", task.cancelled())


asyncio.run(main())
