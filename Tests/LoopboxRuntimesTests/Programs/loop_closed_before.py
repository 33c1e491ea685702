import asyncio


async def job():
    return 1


loop = asyncio.new_event_loop()
print(loop.run_until_complete(job()))
loop.close()
print(loop.run_until_complete(job()))
# finding: event-loop-closed 11 | RuntimeError: Event loop is closed | Do this before `loop.close()`, or use another loop: `asyncio.run()` makes one each time.
