import asyncio


def show(task):
    print("got", task.result()["name"])


async def fetch():
    return {}


async def main():
    task = asyncio.create_task(fetch())
    task.add_done_callback(show)
    await task
    await asyncio.sleep(0)


asyncio.run(main())
# finding: callback-exception 5 | callback show() raised KeyError: 'name' | Catch KeyError in show(): the loop calls it, and nobody else can.
