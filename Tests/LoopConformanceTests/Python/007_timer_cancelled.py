# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    timer = loop.call_later(0.01, print, "never")
    loop.call_later(0.02, print, "other")
    timer.cancel()
    await asyncio.sleep(0.08)
    print("end", timer.cancelled())


asyncio.run(main())
