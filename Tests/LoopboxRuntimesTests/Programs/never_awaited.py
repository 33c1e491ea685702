import asyncio


class Client:
    async def fetch(self, url):
        return url


async def main():
    client = Client()
    client.fetch("a")
    await client.fetch("b")


asyncio.run(main())
# finding: coroutine-never-awaited 11:5-22 | 'Client.fetch' was never awaited | `await client.fetch("a")`
