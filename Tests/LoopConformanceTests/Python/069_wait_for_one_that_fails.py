# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    await asyncio.sleep(0)
    raise ValueError("oops")


async def main():
    try:
        await asyncio.wait_for(child(), 3600)
    except ValueError as error:
        print("failed", error)


asyncio.run(main())
