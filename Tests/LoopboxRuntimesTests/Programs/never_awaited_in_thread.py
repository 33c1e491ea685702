import asyncio
import threading


async def fetch():
    pass


def work():
    kept = [fetch()]
    kept.clear()


thread = threading.Thread(target=work)
thread.start()
thread.join()
asyncio.run(asyncio.sleep(0))
# finding: coroutine-never-awaited 10 | 'fetch' was never awaited
