# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(value):
    print("child", value)
    await asyncio.sleep(0)
    return value * 2


async def main():
    loop = asyncio.get_running_loop()

    def work():
        return asyncio.run_coroutine_threadsafe(child(21), loop).result()

    print(await loop.run_in_executor(None, work))


asyncio.run(main())
