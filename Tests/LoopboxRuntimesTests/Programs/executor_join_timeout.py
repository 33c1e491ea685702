import asyncio
import threading


async def main():
    loop = asyncio.get_running_loop()
    work = loop.run_in_executor(None, done.wait)
    threading.Timer(0.1, done.set).start()
    await loop.shutdown_default_executor(timeout=0.01)
    await work


done = threading.Event()
asyncio.run(main())
# versions: 3.12-
# finding[3.12.2-]: executor-join-timeout 9 | did not finishing joining its threads within 0.01 seconds
