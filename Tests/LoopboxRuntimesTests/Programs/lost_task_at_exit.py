import asyncio


async def audit(event):
    await asyncio.sleep(0.5)
    print("saved", event)


async def main():
    asyncio.create_task(audit("login"))
    print("bye")


asyncio.run(main())
# finding: leaked-task 10 | the task of audit() was still running when the program's main coroutine returned, and was cancelled | Await or cancel the task of `asyncio.create_task(audit("login"))` before the main coroutine returns, or start it in a TaskGroup.
