import asyncio


async def save():
    await asyncio.sleep(0.01)
    return "saved"


async def main():
    saving = asyncio.create_task(save())
    waiting = asyncio.create_task(wait(saving))
    await asyncio.sleep(0)
    waiting.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        print("cancelled")
    print(await saving)


async def wait(task):
    return await asyncio.shield(task)


asyncio.run(main())
