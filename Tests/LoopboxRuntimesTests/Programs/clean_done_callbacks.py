import asyncio
import functools


async def fail():
    raise OSError("seen by the callback")


def ended(name, task):
    print(name, repr(task.exception()))


async def main():
    task = asyncio.create_task(fail())
    task.add_done_callback(functools.partial(ended, "first"))
    await asyncio.sleep(0.001)
    background = set()
    for _ in range(3):
        task = asyncio.create_task(asyncio.sleep(0))
        background.add(task)
        task.add_done_callback(background.discard)
    del task
    while background:
        await asyncio.sleep(0)


asyncio.run(main())
