# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    when = loop.time() + 0.02
    for number in range(2):
        loop.call_at(when, print, "timer", number)
    await asyncio.sleep(0.08)
    print("end")


asyncio.run(main())
