import asyncio
import threading
import time


async def main():
    threading.Thread(target=time.sleep, args=(0.2,), name="worker").start()
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    joined = threading.Thread(target=time.sleep, args=(0.01,))
    joined.start()
    await asyncio.to_thread(time.sleep, 0.01)
    joined.join()


asyncio.run(main())
# finding: leaked-thread 7 | worker was still running | Join the thread
