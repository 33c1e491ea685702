import asyncio


async def refresh(key):
    await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, lambda: refresh("prices"))
    await asyncio.sleep(0.05)


asyncio.run(main())
# finding: coroutine-never-awaited 10:35-52 | coroutine 'refresh' was never awaited | A lambda can't await: have it give `asyncio.create_task(refresh("prices"))`, and keep the task.
