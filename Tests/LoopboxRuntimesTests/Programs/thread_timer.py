import asyncio
import signal
import threading


async def main():
    event = asyncio.Event()
    threading.Timer(0.05, event.set).start()
    try:
        await asyncio.wait_for(event.wait(), 0.5)
    except asyncio.TimeoutError:
        print("timeout")


# Nobody else ends it here.
signal.setitimer(signal.ITIMER_REAL, 1.0)
asyncio.run(main())
# report: incomplete
# finding: wrong-thread-call 8 | RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one | Use loop.call_soon_threadsafe() or asyncio.run_coroutine_threadsafe().
# finding: deadlock 10 | nothing can ever wake the event loop: main() waits for wait_for() | Look at what each task waits for: something has to complete one of them.
