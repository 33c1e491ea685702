import asyncio


class Database:
    async def fetch_user(self, number):
        await asyncio.sleep(0.001)
        return {"id": number}


class App:
    def __init__(self):
        self.db = Database()

    async def handle(self, request):
        user = self.db.fetch_user(request["id"])
        return {"status": 200, "user": str(user)[:10]}


async def main():
    app = App()
    print((await app.handle({"id": 3}))["status"])


asyncio.run(main())
# finding: coroutine-never-awaited 15:16-49 | coroutine 'Database.fetch_user' was never awaited | Write `await self.db.fetch_user(request["id"])`, or keep the task of `asyncio.create_task(self.db.fetch_user(request["id"]))` and await it.
