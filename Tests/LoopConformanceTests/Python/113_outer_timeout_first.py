# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    try:
        async with asyncio.timeout(0.02) as outer:
            try:
                async with asyncio.timeout(3600) as inner:
                    await asyncio.sleep(3600)
            except TimeoutError:
                print("never")
            except asyncio.CancelledError:
                print("inner cancelled", inner.expired())
                raise
    except TimeoutError:
        print("outer", outer.expired())


asyncio.run(main())
