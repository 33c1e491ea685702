# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    if name == "bad":
        raise ValueError(name)
    return name


async def main():
    for each in asyncio.as_completed([child("good", 3), child("bad", 1)]):
        try:
            print(await each)
        except ValueError as error:
            print("failed", error)


asyncio.run(main())
