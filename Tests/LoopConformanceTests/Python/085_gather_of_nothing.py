# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    asyncio.get_running_loop().call_soon(print, "callback")
    print(await asyncio.gather())
    print("before the callback")
    await asyncio.sleep(0)


asyncio.run(main())
