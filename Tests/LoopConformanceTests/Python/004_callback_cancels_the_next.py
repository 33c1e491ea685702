# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    handles = []
    loop.call_soon(lambda: (print("first"), handles[0].cancel()))
    handles.append(loop.call_soon(print, "never"))
    loop.call_soon(print, "third")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
