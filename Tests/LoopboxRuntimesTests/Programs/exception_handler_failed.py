import asyncio


def handler(loop, context):
    print(context["mesage"])


def step():
    raise OSError("first")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    loop.call_soon(step)
    await asyncio.sleep(0.01)


asyncio.run(main())
# finding: exception-handler-failed 5 | KeyError: 'mesage'
# finding: callback-exception 9 | OSError: first
