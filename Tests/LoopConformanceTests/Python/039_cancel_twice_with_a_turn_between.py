# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("first")
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print("second")
    await asyncio.sleep(0)
    print("ends")


async def main():
    task = asyncio.create_task(child())
    for turn in range(3):
        await asyncio.sleep(0)
        print("turn", turn, task.cancel())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("end", task.done(), task.cancelled())


asyncio.run(main())
