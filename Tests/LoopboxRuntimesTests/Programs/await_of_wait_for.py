import asyncio


async def job():
    await asyncio.sleep(0.01)


async def main():
    asyncio.wait_for(job(), timeout=1)
    print("done")


asyncio.run(main())
# finding: coroutine-never-awaited 9:5-39 | coroutine 'wait_for' was never awaited | Write `await asyncio.wait_for(job(), timeout=1)`: calling `asyncio.wait_for` only makes the coroutine.
