import asyncio


async def dive(depth):
    return await dive(depth + 1)


asyncio.run(dive(0))
# finding: uncaught-exception 5 | RecursionError: maximum recursion depth exceeded
