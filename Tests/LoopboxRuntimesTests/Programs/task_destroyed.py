import asyncio
import gc

# What goes first depends on when the collector ran.
gc.disable()


async def wait():
    await asyncio.get_running_loop().create_future()


async def main():
    asyncio.create_task(wait())
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)


asyncio.run(main())
# finding: task-destroyed-pending 13 | the task of wait() was destroyed before it finished | `asyncio.create_task(wait())`
