# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0.09, print, "c")
    loop.call_later(0.01, print, "a")
    loop.call_later(0.05, print, "b")
    await asyncio.sleep(0.15)
    print("end")


asyncio.run(main())
