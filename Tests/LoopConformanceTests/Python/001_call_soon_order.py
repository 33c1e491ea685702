# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    for number in range(3):
        loop.call_soon(print, "callback", number)
    print("scheduled")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
