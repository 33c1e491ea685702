import asyncio
import concurrent.futures
import time


async def main():
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, time.sleep, 0.01))
    print(await asyncio.to_thread(sum, [1, 2]))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        print(await asyncio.gather(*[loop.run_in_executor(pool, abs, -n) for n in range(3)]))


asyncio.run(main())
