import asyncio
import threading


async def fetch():
    pass


async def main():
    loop = asyncio.get_running_loop()

    def schedule():
        loop.call_soon(print)

    def spawn():
        loop.create_task(fetch())

    for target in (schedule, spawn):
        thread = threading.Thread(target=target)
        thread.start()
        await asyncio.to_thread(thread.join) if hasattr(asyncio, "to_thread") else thread.join()


asyncio.run(main())
# finding: wrong-thread-call 13 | Non-thread-safe operation | `loop.call_soon_threadsafe(print)`
# finding: wrong-thread-call 16 | Non-thread-safe operation | `asyncio.run_coroutine_threadsafe(fetch(), loop)`
