# SPDX-License-Identifier: Apache-2.0

import asyncio


async def waiter(name, future):
    print(name, "got", await future)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    first = asyncio.create_task(waiter("a", future))
    await asyncio.sleep(0)
    future.add_done_callback(lambda future: print("callback"))
    second = asyncio.create_task(waiter("b", future))
    await asyncio.sleep(0)
    future.set_result("x")
    print("set")
    await first
    print("first")
    await second
    print("second")


asyncio.run(main())
