import asyncio


class Client:
    @classmethod
    async def connect(cls, host):
        await asyncio.sleep(0)
        return cls()


async def main():
    client = Client.connect("db")
    print(hasattr(client, "query"))


asyncio.run(main())
# finding: coroutine-never-awaited 12:14-34 | coroutine 'Client.connect' was never awaited | Write `await Client.connect("db")`, or keep the task of `asyncio.create_task(Client.connect("db"))` and await it.
