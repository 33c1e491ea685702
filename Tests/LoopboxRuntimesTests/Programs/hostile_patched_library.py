import asyncio
import asyncio.base_events
import logging
import threading
import warnings


class Quiet(logging.Logger):
    def makeRecord(self, *arguments, **options):
        print("record")
        return super().makeRecord(*arguments, **options)


def handle(self, context):
    print("context", context["message"])


asyncio.base_events.BaseEventLoop.call_exception_handler = handle
asyncio.base_events._format_handle = repr
asyncio.base_events.logger = Quiet("asyncio")
warnings._showwarnmsg = lambda message: print("warning", message.category.__name__)
threading.Thread._invoke_excepthook = None


async def fetch():
    pass


async def main():
    fetch()
    asyncio.get_running_loop().call_exception_handler({"message": "mine"})
    await asyncio.sleep(0)


asyncio.run(main())
# finding: coroutine-never-awaited 30 | 'fetch' was never awaited
