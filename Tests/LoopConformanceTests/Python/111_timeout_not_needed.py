# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    async with asyncio.timeout(3600) as timeout:
        await asyncio.sleep(0)
    print("in time", timeout.expired())
    async with asyncio.timeout(None) as timeout:
        await asyncio.sleep(0)
    print("no limit", timeout.expired(), timeout.when())


asyncio.run(main())
