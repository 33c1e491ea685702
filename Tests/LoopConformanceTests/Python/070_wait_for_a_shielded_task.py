# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    await asyncio.sleep(0.1)
    print("child ends")
    return 6


async def main():
    task = asyncio.create_task(child())
    try:
        await asyncio.wait_for(asyncio.shield(task), 0.02)
    except asyncio.TimeoutError:
        print("TimeoutError", task.done())
    print(await task)


asyncio.run(main())
