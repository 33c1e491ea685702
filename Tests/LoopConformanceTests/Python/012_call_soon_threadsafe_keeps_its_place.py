# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "a")
    loop.call_soon_threadsafe(print, "b")
    loop.call_soon(print, "c")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
