# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    print("child")
    await asyncio.sleep(0)
    print("child ends")
    return 1


async def waiter(name, task):
    print(name, "waits")
    value = await task
    print(name, "got", value)


async def main():
    task = asyncio.create_task(child())
    tasks = [asyncio.create_task(waiter(name, task)) for name in "abc"]
    task.add_done_callback(lambda task: print("callback", task.result()))
    for each in tasks:
        await each
    print("end")


asyncio.run(main())
