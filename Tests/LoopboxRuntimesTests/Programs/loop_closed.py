import asyncio


async def fetch():
    pass


loop = asyncio.new_event_loop()
loop.close()
loop.call_soon(print)
# finding: event-loop-closed 10 | Event loop is closed
