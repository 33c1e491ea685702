import asyncio


async def numbers():
    yield 1


async def main():
    generator = numbers()
    step = generator.__anext__()
    print(await step)
    try:
        print(await step)
    finally:
        await generator.aclose()


asyncio.run(main())
# finding: coroutine-reused 13 | cannot reuse already awaited __anext__()/asend()
