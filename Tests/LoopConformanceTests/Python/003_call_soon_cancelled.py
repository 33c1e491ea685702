# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    handle = loop.call_soon(print, "never")
    loop.call_soon(print, "other")
    handle.cancel()
    handle.cancel()
    print("cancelled", handle.cancelled())
    await asyncio.sleep(0)


asyncio.run(main())
