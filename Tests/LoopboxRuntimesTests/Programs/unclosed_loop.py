import asyncio
import gc


def work():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.sleep(0))


gc.collect()
work()
# finding: unclosed-event-loop 6 | unclosed event loop
