# SPDX-License-Identifier: Apache-2.0

import asyncio


async def waiter(name, future):
    try:
        await future
    except ValueError as error:
        print(name, error)


async def main():
    future = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(waiter(name, future)) for name in "ab"]
    await asyncio.sleep(0)
    future.set_exception(ValueError("oops"))
    for task in tasks:
        await task
    print("end", str(future.exception()))


asyncio.run(main())
