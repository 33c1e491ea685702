import asyncio


async def poll():
    for _ in range(2):
        print("poll")
        asyncio.sleep(1)


asyncio.run(poll())
# finding: coroutine-never-awaited 7:9-25 x2 | coroutine 'sleep' was never awaited | Write `await asyncio.sleep(1)`: calling `asyncio.sleep` only makes the coroutine.
