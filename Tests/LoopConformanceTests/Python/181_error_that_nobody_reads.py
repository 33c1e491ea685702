# SPDX-License-Identifier: Apache-2.0

import asyncio
import gc


async def bad():
    raise ValueError("oops")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print(context["message"], "-", context["exception"])
    )
    task = asyncio.create_task(bad())
    await asyncio.sleep(0)
    print("done", task.done())
    del task
    gc.collect()
    print("dropped")
    future = loop.create_future()
    future.set_exception(ValueError("future"))
    del future
    gc.collect()
    read = loop.create_future()
    read.set_exception(ValueError("read"))
    read.exception()
    del read
    gc.collect()
    print("end")


asyncio.run(main())
