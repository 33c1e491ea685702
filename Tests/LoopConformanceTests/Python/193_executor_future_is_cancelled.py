# SPDX-License-Identifier: Apache-2.0

import asyncio
import concurrent.futures
import threading


async def child(pool, gate):
    try:
        await asyncio.get_running_loop().run_in_executor(pool, gate.wait)
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def main():
    pool = concurrent.futures.ThreadPoolExecutor(1)
    gate = threading.Event()
    task = asyncio.create_task(child(pool, gate))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    print("end", task.cancelled())
    gate.set()
    pool.shutdown()


asyncio.run(main())
