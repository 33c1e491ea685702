import asyncio


def save(order):
    print("saved", order)


async def main():
    await save("tea")


asyncio.run(main())
# finding: uncaught-exception 9 | TypeError: object NoneType can't be used in 'await' expression | Write `save("tea")` without `await`: save() is no coroutine function, and returned None.
