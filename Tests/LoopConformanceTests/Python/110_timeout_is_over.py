# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    try:
        async with asyncio.timeout(0.02) as timeout:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                print("interrupted", timeout.expired())
                raise
    except TimeoutError:
        print("TimeoutError", timeout.expired(), asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    print("goes on")


asyncio.run(main())
