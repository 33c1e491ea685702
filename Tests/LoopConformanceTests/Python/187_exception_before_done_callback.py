# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("handler", context["exception"]))
    future = loop.create_future()

    def fail():
        raise ValueError("oops")

    loop.call_soon(fail)
    future.add_done_callback(lambda future: print("callback"))
    future.set_result(None)
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
