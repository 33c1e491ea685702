# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    print("in", asyncio.current_task().get_name())
    await asyncio.sleep(0)
    print("all", len(asyncio.all_tasks()))


async def main():
    asyncio.current_task().set_name("main")
    print("all", len(asyncio.all_tasks()))
    task = asyncio.create_task(child(), name="child")
    print("all", len(asyncio.all_tasks()))
    asyncio.get_running_loop().call_soon(
        lambda: print("in a callback", asyncio.current_task())
    )
    await task
    print("all", len(asyncio.all_tasks()), asyncio.current_task().get_name())


asyncio.run(main())
