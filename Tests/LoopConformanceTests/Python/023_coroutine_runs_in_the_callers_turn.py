# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    print("inner")
    return 2


async def outer():
    print("outer")
    value = await inner()
    print("back")
    return value + 1


async def main():
    asyncio.get_running_loop().call_soon(print, "callback")
    print(await outer())
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
