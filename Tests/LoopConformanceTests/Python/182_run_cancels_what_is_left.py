# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    try:
        await asyncio.sleep(3600)
    finally:
        print(name, "ends")


async def main():
    tasks = [asyncio.create_task(child("a"))]
    await asyncio.sleep(0)
    print("main ends", len(tasks))


asyncio.run(main())
