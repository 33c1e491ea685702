import asyncio


async def ticker():
    while True:
        await asyncio.sleep(0.01)


async def main():
    kept = asyncio.create_task(ticker())
    ended = asyncio.create_task(ticker())
    await asyncio.sleep(0.02)
    ended.cancel()
    return kept


asyncio.run(main())
# finding: leaked-task 10 | the task of ticker() | Await or cancel the task of `asyncio.create_task(ticker())`
# creation: 17 10
# stack: 6
