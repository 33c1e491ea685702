import asyncio


async def stubborn():
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.get_running_loop().create_future()


async def main():
    coroutine = stubborn()
    coroutine.send(None)
    del coroutine


asyncio.run(main())
# finding: coroutine-ignored-generator-exit 8 | coroutine ignored GeneratorExit
