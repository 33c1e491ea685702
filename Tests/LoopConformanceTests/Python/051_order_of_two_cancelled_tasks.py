# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    try:
        await asyncio.sleep(3600)
    finally:
        print(name, "ends")


async def main():
    loop = asyncio.get_running_loop()
    first = asyncio.create_task(child("a"))
    second = asyncio.create_task(child("b"))
    await asyncio.sleep(0)
    second.cancel()
    loop.call_soon(print, "callback")
    first.cancel()
    await asyncio.sleep(0)
    print("turn", first.cancelled(), second.cancelled())
    await asyncio.sleep(0)
    print("end", first.cancelled(), second.cancelled())


asyncio.run(main())
