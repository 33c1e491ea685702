import asyncio


def handler(loop, context):
    print("handled", context["message"])


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    loop.call_soon(print, "fine")
    await asyncio.sleep(0.001)
    print(await asyncio.gather(fail(), return_exceptions=True))


async def fail():
    raise LookupError("expected")


asyncio.run(main())
