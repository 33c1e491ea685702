import asyncio


async def fetch():
    return 1


async def main():
    answer = fetch()
    print(await answer)
    print(await answer)


asyncio.run(main())
# finding: coroutine-reused 11 | cannot reuse already awaited coroutine
