import asyncio


async def main():
    process = await asyncio.create_subprocess_exec("sleep", "10")
    try:
        await asyncio.wait_for(process.wait(), 0.01)
    except asyncio.TimeoutError:
        process.terminate()
    print(await process.wait())
    process = await asyncio.create_subprocess_exec("sleep", "10")
    process.kill()
    print(await process.wait())


asyncio.run(main())
