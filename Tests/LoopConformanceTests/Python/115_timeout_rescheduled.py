# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(0.02) as timeout:
        timeout.reschedule(loop.time() + 3600)
        await asyncio.sleep(0.06)
        print("later", timeout.expired())
        timeout.reschedule(None)
    print("never", timeout.expired())
    try:
        async with asyncio.timeout(None) as timeout:
            timeout.reschedule(loop.time() - 1)
            print("still here")
            await asyncio.sleep(3600)
    except TimeoutError:
        print("at once")
    try:
        timeout.reschedule(None)
    except RuntimeError:
        print("too late")


asyncio.run(main())
