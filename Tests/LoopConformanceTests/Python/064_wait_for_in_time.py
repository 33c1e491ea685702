# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    await asyncio.sleep(0)
    print("child ends")
    return 8


async def main():
    print(await asyncio.wait_for(child(), 10))
    print(await asyncio.wait_for(asyncio.create_task(child()), None))


asyncio.run(main())
