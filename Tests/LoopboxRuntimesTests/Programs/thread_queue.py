import asyncio
import threading


def worker(queue):
    queue.put_nowait("item")


async def main():
    queue = asyncio.Queue()
    getter = asyncio.create_task(queue.get())
    await asyncio.sleep(0.01)
    threading.Thread(target=worker, args=(queue,)).start()
    await asyncio.wait([getter], timeout=0.2)
    print(getter.done())
    getter.cancel()


asyncio.run(main())
# finding: wrong-thread-call 6 | RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one | Write `loop.call_soon_threadsafe(queue.put_nowait, "item")` in place of `queue.put_nowait("item")`; `loop` is the one whose thread it is.
# finding: task-destroyed-pending 11 | the task of Queue.get() was destroyed before it finished | Keep the task of `asyncio.create_task(queue.get())` (line 11) and await it, or start it in a TaskGroup.
