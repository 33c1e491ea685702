# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, fails):
    await asyncio.sleep(0)
    if fails:
        raise ValueError(name)
    return name


async def main():
    cancelled = asyncio.create_task(child("c", False))
    asyncio.get_running_loop().call_soon(cancelled.cancel)
    results = await asyncio.gather(
        child("a", False), child("b", True), cancelled, return_exceptions=True
    )
    for result in results:
        print(type(result).__name__ if isinstance(result, BaseException) else result)


asyncio.run(main())
