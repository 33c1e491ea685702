# SPDX-License-Identifier: Apache-2.0

import asyncio


async def child(name, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    print(name)
    return name


async def main():
    tasks = [asyncio.create_task(child(name, turns)) for name, turns in (("a", 2), ("b", 1))]
    done, pending = await asyncio.wait(tasks)
    print(sorted(task.result() for task in done) == ["a", "b"], len(pending))


asyncio.run(main())
