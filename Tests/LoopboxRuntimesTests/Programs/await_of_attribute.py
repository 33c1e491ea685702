import asyncio


class User:
    name = "Ann"


async def load():
    return User()


async def main():
    print(load().name)


asyncio.run(main())
# finding: uncaught-exception 13 | AttributeError: 'coroutine' object has no attribute 'name' | Write `(await load())`: calling `load` only makes the coroutine.
# finding: coroutine-never-awaited 13:11-17 | coroutine 'load' was never awaited | Write `(await load())`: calling `load` only makes the coroutine.
