# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def work():
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    try:
        async with asyncio.timeout(None) as timeout:
            timeout.reschedule(loop.time())
            loop.call_soon(task.cancel)
            await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("cancelled", timeout.expired(), task.cancelling())
        raise


async def main():
    task = asyncio.create_task(work())
    await asyncio.wait([task])
    print("end", task.cancelled())


asyncio.run(main())
