# SPDX-License-Identifier: Apache-2.0
# since: 3.13

import asyncio


async def child():
    task = asyncio.current_task()
    task.cancel()
    print("uncancel", task.uncancel())
    await asyncio.sleep(0)
    print("not cancelled")


async def main():
    await asyncio.create_task(child())
    print("end")


asyncio.run(main())
