import asyncio


async def work(lock):
    async with lock:
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(work(lock), work(lock))


lock = asyncio.Lock()
asyncio.run(main())
asyncio.run(main())
# finding[3.9]: future-attached-to-different-loop 5 | attached to a different loop
# finding[3.9]: unclosed-event-loop 13 | unclosed event loop
# finding[3.10-]: future-attached-to-different-loop 5 | is bound to a different event loop
