import asyncio
import threading
import time

lock = threading.Lock()


def hold():
    with lock:
        time.sleep(0.5)


async def main():
    thread = threading.Thread(target=hold)
    thread.start()
    await asyncio.sleep(0.05)
    with lock:
        print("mine")
    thread.join()


asyncio.run(main())
# slow
# finding: slow-callback 17 | main() held the event loop for | `lock` stops the whole loop while another thread has it, and for ever where a task keeps it over an `await`: make it an `asyncio.Lock()` and write `async with lock:`.
