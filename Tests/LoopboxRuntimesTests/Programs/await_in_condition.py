import asyncio


async def is_admin(user):
    await asyncio.sleep(0.001)
    return user == "root"


async def main():
    if is_admin("guest"):
        print("welcome, admin")


asyncio.run(main())
# finding: coroutine-never-awaited 10:8-25 | coroutine 'is_admin' was never awaited | Write `await is_admin("guest")`, or keep the task of `asyncio.create_task(is_admin("guest"))` and await it.
