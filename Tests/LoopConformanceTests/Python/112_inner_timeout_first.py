# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    async with asyncio.timeout(3600) as outer:
        try:
            async with asyncio.timeout(0.02) as inner:
                await asyncio.sleep(3600)
        except TimeoutError:
            print("inner", inner.expired(), outer.expired())
        await asyncio.sleep(0)
        print("still in the outer")
    print("end", outer.expired())


asyncio.run(main())
