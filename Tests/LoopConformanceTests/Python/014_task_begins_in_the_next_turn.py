# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    print("child")


async def main():
    task = asyncio.create_task(child())
    print("made", task.done())
    await asyncio.sleep(0)
    print("done", task.done())


asyncio.run(main())
