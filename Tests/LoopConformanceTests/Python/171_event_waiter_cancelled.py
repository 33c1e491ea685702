# SPDX-License-Identifier: Apache-2.0

import asyncio


async def wait(name, event):
    try:
        await event.wait()
        print(name)
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(wait(name, event)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    event.set()
    tasks[1].cancel()
    for task in tasks:
        await task


asyncio.run(main())
