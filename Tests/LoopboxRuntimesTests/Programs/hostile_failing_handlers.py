import asyncio
import logging


class Odd(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


async def fail():
    raise Odd


def handler(loop, context):
    raise LookupError("handler")


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    del task
    await asyncio.sleep(0.01)
    loop.set_exception_handler(handler)
    loop.call_exception_handler({"message": "custom"})


asyncio.run(main())
# finding: exception-handler-failed 7 | Exception in default exception handler
# finding: task-exception-never-retrieved 13 | <unprintable Odd object>
# finding: exception-handler-failed 17 | LookupError: handler
# finding: asyncio-log - | custom
