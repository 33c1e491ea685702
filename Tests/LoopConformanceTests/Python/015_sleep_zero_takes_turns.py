# SPDX-License-Identifier: Apache-2.0

import asyncio


async def count(name):
    for step in range(3):
        print(name, step)
        await asyncio.sleep(0)
    print(name, "end")


async def main():
    tasks = [asyncio.create_task(count(name)) for name in "abc"]
    for task in tasks:
        await task
    print("end")


asyncio.run(main())
