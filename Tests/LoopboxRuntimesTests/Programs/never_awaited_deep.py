import asyncio


async def fetch():
    pass


def descend(depth):
    if depth:
        descend(depth - 1)
    else:
        fetch()


async def main():
    descend(9)


asyncio.run(main())
# finding: coroutine-never-awaited 12 | 'fetch' was never awaited | make `descend` an `async def`
# creation: 19 16 10 10 10 10 10 10 10 10 10 12
