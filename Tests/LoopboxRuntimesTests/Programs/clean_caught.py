import asyncio


async def fail():
    raise ValueError("seen")


async def main():
    task = asyncio.create_task(fail())
    try:
        await task
    except ValueError:
        print("caught")
    future = asyncio.get_running_loop().create_future()
    future.set_exception(OSError())
    print(repr(future.exception()))


asyncio.run(main())
