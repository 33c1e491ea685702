import asyncio


async def fetch():
    await asyncio.sleep(0)


async def wait(coroutine):
    await coroutine


async def main():
    coroutine = fetch()
    await asyncio.gather(wait(coroutine), wait(coroutine))


asyncio.run(main())
# finding: coroutine-awaited-concurrently 9 | coroutine is being awaited already
