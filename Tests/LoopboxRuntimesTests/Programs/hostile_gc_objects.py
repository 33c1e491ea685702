import asyncio
import collections
import gc
import threading


def census():
    gc.collect()
    kinds = collections.Counter(type(found).__name__ for found in gc.get_objects())
    return {kind: kinds[kind] for kind in (
        "Task", "Thread", "_MainThread", "Handle", "TimerHandle", "coroutine", "socket",
        "async_generator", "_UnixSelectorEventLoop", "EpollSelector", "Future", "traceback")}


async def main():
    await asyncio.sleep(0)
    print(census())


print(census())
asyncio.run(main())
print(census(), len(threading.enumerate()))
