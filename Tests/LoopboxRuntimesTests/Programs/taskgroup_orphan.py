import asyncio


async def fail():
    raise OSError("lost")


async def main():
    group = asyncio.TaskGroup()
    await group.__aenter__()
    kept.append(group)
    kept.append(group.create_task(later()))


async def later():
    await asyncio.sleep(0.01)
    await fail()


async def run():
    await asyncio.create_task(main())
    await asyncio.sleep(0.02)


kept = []
asyncio.run(run())
# versions: 3.11-
# finding: taskgroup-orphan-error 5 | Task Task-3 (later()) has errored out but its parent task Task-2 (main()) is already completed: OSError: lost
