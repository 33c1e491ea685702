# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    print("task", name)
    await asyncio.sleep(0)
    print("task", name, "again")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "callback 1")
    first = asyncio.create_task(child("a"))
    loop.call_soon(print, "callback 2")
    second = asyncio.create_task(child("b"))
    loop.call_soon(print, "callback 3")
    await first
    print("first")
    await second
    print("second")


asyncio.run(main())
