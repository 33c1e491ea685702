# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    when = loop.time() + 0.02
    try:
        async with asyncio.timeout_at(when):
            try:
                async with asyncio.timeout_at(when):
                    await asyncio.sleep(3600)
            except TimeoutError:
                print("inner")
            except asyncio.CancelledError:
                print("inner cancelled")
                raise
    except TimeoutError:
        print("outer", asyncio.current_task().cancelling())


asyncio.run(main())
