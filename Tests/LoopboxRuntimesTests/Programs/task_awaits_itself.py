import asyncio


async def main():
    await asyncio.current_task()


asyncio.run(main())
# finding: task-awaits-itself 5 | Task cannot await on itself
