import asyncio


def parse(text):
    try:
        return int(text)
    except ValueError as error:
        raise LookupError("no number") from error


async def load():
    parse("x")


async def main():
    task = asyncio.create_task(load(), name="loader")
    await asyncio.sleep(0.01)
    del task
    await asyncio.sleep(0.01)


asyncio.run(main())
# finding: task-exception-never-retrieved 8 | load() failed and nobody looked: LookupError: no number | create_task(load(), name="loader")
# creation: 22 16
# stack: 12 8
