import asyncio
import signal
import threading


async def watch():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, print)


def listen():
    signal.signal(signal.SIGUSR1, print)


for target in (lambda: asyncio.run(watch()), listen):
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
# finding: thread-exception 7 | only works in main thread | write `asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, print)` in a coroutine that the main thread runs
# finding: thread-exception 11 | only works in main thread | write `signal.signal(signal.SIGUSR1, print)` there
