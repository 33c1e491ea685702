# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "a")
    loop.call_later(0, print, "timer")
    loop.call_soon(print, "b")
    await asyncio.sleep(0.02)
    print("end")


asyncio.run(main())
