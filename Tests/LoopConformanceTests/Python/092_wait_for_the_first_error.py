# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, turns, fails):
    for _ in range(turns):
        await asyncio.sleep(0)
    print(name)
    if fails:
        raise ValueError(name)


async def main():
    tasks = [
        asyncio.create_task(child("good", 1, False)),
        asyncio.create_task(child("bad", 3, True)),
        asyncio.create_task(child("long", 9, False)),
    ]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    print(len(done), len(pending))
    print(str(tasks[1].exception()))
    await tasks[2]


asyncio.run(main())
