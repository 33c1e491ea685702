import asyncio


async def answer():
    return 42


async def main():
    print(await asyncio.wait_for(answer(), 5), await asyncio.wait_for(answer(), None))
    task = asyncio.create_task(asyncio.sleep(10))
    try:
        await asyncio.wait_for(asyncio.shield(task), 0.01)
    except asyncio.TimeoutError:
        print(task.done())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


asyncio.run(main())
