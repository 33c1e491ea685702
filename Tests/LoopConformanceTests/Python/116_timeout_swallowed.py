# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    async with asyncio.timeout(0.02) as timeout:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print("swallowed")
    print("no error", timeout.expired(), asyncio.current_task().cancelling())


asyncio.run(main())
