import asyncio


async def work(number):
    if number % 2:
        await asyncio.sleep(0)
    return number


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    print(await asyncio.gather(*map(work, range(4))))


asyncio.run(main())
# versions: 3.12-
