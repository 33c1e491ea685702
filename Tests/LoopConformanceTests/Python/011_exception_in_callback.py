# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()

    def report(loop, context):
        print("handler:", str(context["exception"]))

    def fail():
        raise ValueError("oops")

    loop.set_exception_handler(report)
    loop.call_soon(print, "before")
    loop.call_soon(fail)
    loop.call_soon(print, "after")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
