# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work():
    try:
        async with asyncio.timeout(3600) as timeout:
            await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("cancelled", timeout.expired())
        raise


async def main():
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    print("end", task.cancelled())


asyncio.run(main())
