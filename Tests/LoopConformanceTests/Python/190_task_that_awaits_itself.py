# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(tasks):
    asyncio.get_running_loop().call_soon(print, "callback")
    try:
        await tasks[0]
    except RuntimeError:
        print("refused")


async def main():
    tasks = []
    tasks.append(asyncio.create_task(child(tasks)))
    await tasks[0]
    print("end", tasks[0].cancelled())


asyncio.run(main())
