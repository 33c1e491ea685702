# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    finally:
        print("child ends")


async def main():
    asyncio.create_task(child())
    await asyncio.sleep(0)
    raise ValueError("oops")


try:
    asyncio.run(main())
except ValueError as error:
    print("run failed", error)
