# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name):
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print(name, "swallows")
    return name


async def main():
    gathered = asyncio.gather(child("a"), child("b"), return_exceptions=True)
    await asyncio.sleep(0)
    print(gathered.cancel(), gathered.done())
    try:
        await gathered
    except asyncio.CancelledError:
        print("cancelled", gathered.cancelled(), gathered.cancel())


asyncio.run(main())
