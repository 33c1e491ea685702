# The main thread sleeps until a signal comes, and a loop in another thread has slow callbacks meanwhile.
import asyncio, os, signal, threading, time


async def work():
    for _ in range(4):
        time.sleep(0.15)
        await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGUSR1)


signal.signal(signal.SIGUSR1, lambda *_: print("called"))
begin = time.monotonic()
thread = threading.Thread(target=lambda: asyncio.run(work()))
thread.start()
signal.pause()
print("woken too early:", time.monotonic() - begin < 0.5)
thread.join()
