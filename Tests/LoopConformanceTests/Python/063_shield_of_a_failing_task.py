# SPDX-License-Identifier: Apache-2.0

import asyncio


async def inner():
    await asyncio.sleep(0)
    raise ValueError("oops")


async def main():
    shielded = asyncio.shield(asyncio.create_task(inner()))
    try:
        await shielded
    except ValueError as error:
        print("failed", error, shielded.cancelled())


asyncio.run(main())
