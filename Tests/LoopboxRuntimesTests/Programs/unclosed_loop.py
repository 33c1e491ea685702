import asyncio


def work():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.sleep(0))


work()
# finding: unclosed-event-loop 5 | unclosed event loop
