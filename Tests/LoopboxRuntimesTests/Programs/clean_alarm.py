import asyncio
import signal

caught = []
signal.signal(signal.SIGALRM, lambda number, frame: caught.append(number))


async def main():
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while not caught:
        await asyncio.sleep(0.005)
    print(caught)


asyncio.run(main())
