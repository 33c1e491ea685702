import asyncio


async def work(seconds):
    await asyncio.sleep(seconds)
    return seconds


async def main():
    tasks = {asyncio.create_task(work(seconds)) for seconds in (0, 0.01, 10)}
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending))
    done, pending = await asyncio.wait(tasks, timeout=0.03)
    print(len(done), len(pending))
    for task in pending:
        task.cancel()
    print(len((await asyncio.wait(tasks))[0]))
    print(sum(task.cancelled() for task in tasks))


asyncio.run(main())
