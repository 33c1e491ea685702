import asyncio


async def work(number):
    await asyncio.sleep(0.001 * number)
    return number


async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(number)) for number in range(5)]
    print([task.result() for task in tasks])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work(1))
            raise ValueError("no")
    except* ValueError as caught:
        print(len(caught.exceptions))


asyncio.run(main())
# versions: 3.11-
