import asyncio


async def main():
    await asyncio.current_task()


asyncio.run(main())
# finding: task-awaits-itself 5 | RuntimeError: Task cannot await on itself: Task-1 (main())
