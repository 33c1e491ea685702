import asyncio
import logging
import sys
import traceback

import uvloop


def handler(loop, context):
    # Nobody else may stand in these stacks.
    traceback.print_stack()
    print(sorted(context), loop.get_exception_handler() is handler)
    loop.default_exception_handler(context)


def failing(loop, context):
    raise LookupError("no handler")


async def main():
    loop = asyncio.get_running_loop()
    print(type(loop).stop is uvloop.Loop.stop, loop.stop.__name__)
    loop.set_exception_handler(handler)
    loop.call_soon(int, "seven")
    await asyncio.sleep(0.01)
    loop.set_exception_handler(failing)
    loop.call_soon(int, "eight")
    await asyncio.sleep(0.01)
    logging.getLogger("asyncio").error("mine")


logging.basicConfig(format="%(filename)s:%(lineno)d %(funcName)s %(message)s")
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main())
# needs: uvloop
# finding: exception-handler-failed 17 | Unhandled error in exception handler
# finding: callback-exception 24 | 'seven'
# finding: callback-exception 27 | 'eight'
