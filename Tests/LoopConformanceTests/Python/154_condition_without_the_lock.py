# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    condition = asyncio.Condition()
    try:
        await condition.wait()
    except RuntimeError:
        print("can't wait")
    try:
        condition.notify()
    except RuntimeError:
        print("can't notify")


asyncio.run(main())
