import asyncio


async def work(number):
    if number % 2:
        await asyncio.sleep(0)
    if number == 3:
        raise ValueError(number)
    return number


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.create_eager_task_factory(asyncio.Task))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(number)) for number in range(5)]
    except* ValueError as caught:
        print(caught.exceptions, [task.done() for task in tasks])


asyncio.run(main())
# versions: 3.12-
