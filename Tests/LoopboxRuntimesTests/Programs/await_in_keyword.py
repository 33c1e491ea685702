import asyncio


async def token():
    return "t"


def send(*, auth):
    print("sent")


async def main():
    send(auth=token())


asyncio.run(main())
# finding: coroutine-never-awaited 13:15-22 | coroutine 'token' was never awaited | Write `await token()`, or keep the task of `asyncio.create_task(token())` and await it.
