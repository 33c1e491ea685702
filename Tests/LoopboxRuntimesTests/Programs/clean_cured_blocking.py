import asyncio
import concurrent.futures
import subprocess
import time


def get(path):
    time.sleep(0.4)
    return path


def rows():
    for number in range(3):
        time.sleep(0.15)
        yield number


class Session:
    async def __aenter__(self):
        await asyncio.sleep(0.4)
        return self

    async def __aexit__(self, *_):
        pass


async def update(lock, name):
    async with lock:
        await asyncio.sleep(0.05)
        print(name)


async def main():
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, get, "/health"))
    await loop.run_in_executor(None, subprocess.run, ["sleep", "0.4"])
    for row in await loop.run_in_executor(None, list, rows()):
        print(row)
    async with Session():
        print("in")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        print(await asyncio.wrap_future(pool.submit(get, "/ready")))
    lock = asyncio.Lock()
    await asyncio.gather(update(lock, "a"), update(lock, "b"))


asyncio.run(main())
# slow
