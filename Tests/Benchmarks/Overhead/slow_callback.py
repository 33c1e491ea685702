# SPDX-License-Identifier: Apache-2.0
import asyncio
import time


def calculate():
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass


async def main():
    loop = asyncio.get_running_loop()
    for _ in range(20):
        loop.call_soon(calculate)
        await asyncio.sleep(0)


asyncio.run(main())
