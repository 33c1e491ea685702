# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    when = loop.time() + 0.02
    timers = []
    loop.call_at(when, lambda: (print("first"), timers[0].cancel()))
    timers.append(loop.call_at(when, print, "never"))
    await asyncio.sleep(0.08)
    print("end")


asyncio.run(main())
