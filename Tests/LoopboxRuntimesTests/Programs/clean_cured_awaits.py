import asyncio
import functools


class Database:
    async def fetch(self, number):
        await asyncio.sleep(0.001)
        return {"id": number}

    @classmethod
    async def connect(cls):
        await asyncio.sleep(0)
        return cls()


def retry(function):
    @functools.wraps(function)
    async def wrapper(*arguments):
        return await function(*arguments)

    return wrapper


@retry
async def upload(name):
    await asyncio.sleep(0)
    return name


async def is_admin(user):
    return user == "root"


async def main():
    database = await Database.connect()
    print([await database.fetch(number) for number in range(2)])
    print((await database.fetch(7))["id"], f"{await upload('a.txt')}!")
    if await is_admin("guest"):
        print("welcome")
    print(await asyncio.wait_for(upload("b.txt"), timeout=1))
    lock = asyncio.Lock()
    async with lock:
        await asyncio.gather(upload("c.txt"), upload("d.txt"))
    queue = asyncio.Queue()
    await queue.put("job")
    queue.put_nowait("job")
    print(queue.qsize())


asyncio.run(main())
