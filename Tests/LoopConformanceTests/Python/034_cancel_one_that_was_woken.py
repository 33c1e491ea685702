# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(future):
    try:
        print("got", await future)
    except asyncio.CancelledError:
        print("cancelled though the result was there")


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(child(future))
    await asyncio.sleep(0)
    future.set_result(1)
    print(task.cancel())
    await task
    print("end", task.cancelled(), future.cancelled())


asyncio.run(main())
