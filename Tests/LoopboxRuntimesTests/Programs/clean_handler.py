import asyncio


def handler(loop, context):
    print("unexpected", context)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    print(loop.get_exception_handler() is handler)
    loop.set_exception_handler(None)
    await asyncio.sleep(0)
    loop.slow_callback_duration = 3
    print(loop.slow_callback_duration)


asyncio.run(main())
