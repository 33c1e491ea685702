import asyncio
import concurrent.futures
import threading


def work(loop, future):
    loop.call_soon_threadsafe(future.set_result, threading.current_thread().name)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    thread = threading.Thread(target=work, args=(loop, future), name="worker")
    thread.start()
    print(await future)
    thread.join()
    outside = concurrent.futures.Future()
    threading.Timer(0.01, outside.set_result, ("timer",)).start()
    print(await asyncio.wrap_future(outside))


asyncio.run(main())
