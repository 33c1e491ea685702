import asyncio


async def main():
    pass


def start():
    kept = main()
    return kept is not None


start()
main()
asyncio.run(main())
# finding: coroutine-never-awaited 9:12-18 | 'main' was never awaited | make `start` an `async def`
# finding: coroutine-never-awaited 14:1-7 | 'main' was never awaited | `asyncio.run(main())`
