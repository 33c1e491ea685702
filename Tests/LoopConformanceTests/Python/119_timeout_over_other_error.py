# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def main():
    try:
        async with asyncio.timeout(0.02):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                raise ValueError("other")
    except ValueError as error:
        print(error, asyncio.current_task().cancelling())


asyncio.run(main())
