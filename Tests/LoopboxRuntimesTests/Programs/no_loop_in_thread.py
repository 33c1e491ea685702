import asyncio
import threading


async def fetch(number):
    return number


def work():
    asyncio.create_task(fetch(1), name="one")


async def main():
    thread = threading.Thread(target=work, name="worker")
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.01)


asyncio.run(main())
# finding: thread-exception 10 | thread worker: RuntimeError: no running event loop | `asyncio.run_coroutine_threadsafe(fetch(1), loop).result()`; `loop` is what
# finding: coroutine-never-awaited 10 | 'fetch' was never awaited | `asyncio.run_coroutine_threadsafe(fetch(1), loop).result()`
