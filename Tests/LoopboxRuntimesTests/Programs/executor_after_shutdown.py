import asyncio


async def main():
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sum, [1])
    await loop.shutdown_default_executor()
    await loop.run_in_executor(None, sum, [2])


asyncio.run(main())
# finding: executor-after-shutdown 8 | Executor shutdown has been called
