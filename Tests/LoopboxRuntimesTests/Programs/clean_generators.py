import asyncio


async def numbers():
    try:
        for number in range(10):
            yield number
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)


async def main():
    generator = numbers()
    try:
        async for number in generator:
            if number == 2:
                break
    finally:
        await generator.aclose()
    async for number in numbers():
        if number == 1:
            break
    print([number async for number in numbers()])


asyncio.run(main())
