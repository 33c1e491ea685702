import asyncio
import threading


async def notify(text):
    print(text)
    return text


def worker(loop, queue, event):
    print(asyncio.run_coroutine_threadsafe(notify("done"), loop).result())
    loop.call_soon_threadsafe(queue.put_nowait, "item")
    loop.call_soon_threadsafe(event.set)


async def main():
    loop = asyncio.get_running_loop()
    queue, event = asyncio.Queue(), asyncio.Event()
    thread = threading.Thread(target=worker, args=(loop, queue, event))
    thread.start()
    print(await queue.get())
    await asyncio.wait_for(event.wait(), 5)
    await loop.run_in_executor(None, thread.join)


asyncio.run(main())
