import asyncio


async def main():
    lock = asyncio.Lock()
    lock.acquire()
    try:
        print("unlocked", lock.locked())
    finally:
        pass


asyncio.run(main())
# finding: coroutine-never-awaited 6:5-19 | coroutine 'Lock.acquire' was never awaited | Write `await lock.acquire()`: calling `lock.acquire` only makes the coroutine.
