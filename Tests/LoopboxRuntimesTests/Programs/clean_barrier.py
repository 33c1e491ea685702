import asyncio


async def worker(barrier, found):
    async with barrier:
        found.append(barrier.n_waiting)


async def main():
    barrier, found = asyncio.Barrier(3), []
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(worker(barrier, found))
    print(len(found), barrier.broken)


asyncio.run(main())
# versions: 3.11-
