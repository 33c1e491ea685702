import asyncio
import concurrent.futures


async def main():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pass
    await asyncio.get_running_loop().run_in_executor(pool, sum, [1])


asyncio.run(main())
# finding: executor-after-shutdown 8 | cannot schedule new futures after shutdown
