import asyncio


async def numbers():
    try:
        while True:
            received = yield 1
            print("received", received)
    except LookupError:
        yield "thrown"
    finally:
        print("closed")


async def main():
    generator = numbers()
    print(await generator.__anext__(), await generator.asend("a"))
    print(await generator.athrow(LookupError()))
    await generator.aclose()
    await numbers().aclose()
    left = numbers()
    await left.__anext__()
    kept.append(left)


kept = []
asyncio.run(main())
