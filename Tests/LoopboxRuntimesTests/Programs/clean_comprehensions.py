import asyncio


async def numbers(limit):
    for number in range(limit):
        await asyncio.sleep(0)
        yield number


async def double(number):
    return 2 * number


async def main():
    print([number async for number in numbers(3)])
    print({number: await double(number) async for number in numbers(3) if number})
    print({await double(number) for number in range(3)})
    lazy = (await double(number) for number in range(3))
    print([number async for number in lazy])


asyncio.run(main())
