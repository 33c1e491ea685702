# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child():
    try:
        await asyncio.sleep(3600)
    finally:
        raise ValueError("oops")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print(
            context["message"].startswith("unhandled exception during"), context["exception"]
        )
    )
    asyncio.create_task(child())
    await asyncio.sleep(0)
    print("main ends")


asyncio.run(main())
