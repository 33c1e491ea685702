import asyncio
import signal

tasks = {}


async def first():
    await asyncio.sleep(0)
    await tasks["second"]


async def second():
    await asyncio.sleep(0)
    await tasks["first"]


async def main():
    tasks["first"] = asyncio.create_task(first())
    tasks["second"] = asyncio.create_task(second())
    await tasks["first"]


# Nobody else ends it here; a signal without a handler wakes no loop.
signal.setitimer(signal.ITIMER_REAL, 1.0)
asyncio.run(main())
# finding: deadlock 9 | first() waits for second(), which waits for first() | a task must not wait for one that waits for it
# report: incomplete
