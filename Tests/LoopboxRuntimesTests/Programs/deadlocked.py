import asyncio
import signal


async def consume(queue):
    while True:
        print(await queue.get(), flush=True)


async def main():
    queue = asyncio.Queue()
    await queue.put("one")
    await asyncio.to_thread(print, "two", flush=True)
    await asyncio.gather(consume(queue), consume(queue))


# Nobody else ends it here; a signal without a handler wakes no loop.
signal.setitimer(signal.ITIMER_REAL, 1.0)
asyncio.run(main())
# finding: deadlock 7:15-32 | consume() waits for Queue.get() | Have somebody put an item
# stack: 7
# report: incomplete
