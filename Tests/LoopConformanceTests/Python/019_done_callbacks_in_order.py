# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.add_done_callback(lambda future: print("first", future.result()))
    future.add_done_callback(lambda future: print("second", future.result()))
    loop.call_soon(print, "scheduled before")
    future.set_result(3)
    loop.call_soon(print, "scheduled after")
    print("set")
    await asyncio.sleep(0)
    future.add_done_callback(lambda future: print("late", future.result()))
    print("added late")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
