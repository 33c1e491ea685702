# SPDX-License-Identifier: Apache-2.0

import asyncio


async def wait(name, event):
    await event.wait()
    print(name)


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(wait(name, event)) for name in "abc"]
    await asyncio.sleep(0)
    event.set()
    print("set", event.is_set())
    event.clear()
    print("cleared", event.is_set())
    late = asyncio.create_task(wait("late", event))
    for task in tasks:
        await task
    print("late", late.done())
    event.set()
    await late
    await event.wait()
    print("end")


asyncio.run(main())
