import asyncio
import signal
import warnings

caught = []
signal.signal(signal.SIGALRM, lambda number, frame: caught.append(frame is not None))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)


async def fetch():
    pass


async def main():
    for _ in range(20):
        fetch()
        await asyncio.sleep(0.001)


asyncio.run(main())
signal.setitimer(signal.ITIMER_REAL, 0)
print(all(caught), len(caught) > 3)
# finding: coroutine-never-awaited 16 x20 | 'fetch' was never awaited
