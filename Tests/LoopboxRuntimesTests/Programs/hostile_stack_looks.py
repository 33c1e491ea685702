import asyncio
import inspect
import sys
import threading
import traceback


def look():
    print([(entry.function, entry.lineno) for entry in inspect.stack(0)])
    print(sys.exc_info(), threading.active_count())


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(look)
    await asyncio.sleep(0.001)
    try:
        raise KeyError("here")
    except KeyError:
        print(sys.exc_info()[1], len(traceback.format_exc().splitlines()) > 3)
        look()
    loop.set_exception_handler(lambda loop, context: look())
    loop.call_exception_handler({"message": "asked for"})


asyncio.run(main())
# finding: asyncio-log - | asked for
