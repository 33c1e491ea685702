import asyncio


async def name_of(user):
    return "Ann"


async def main():
    text = f"Hello {name_of(1)}!"
    print(text[:6])


asyncio.run(main())
# finding: coroutine-never-awaited 9:21-31 | coroutine 'name_of' was never awaited | Write `await name_of(1)`, or keep the task of `asyncio.create_task(name_of(1))` and await it.
