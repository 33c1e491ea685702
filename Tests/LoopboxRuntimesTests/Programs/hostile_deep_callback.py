import asyncio
import sys


def dive(depth):
    return depth and dive(depth - 1)


def fall(depth=0):
    fall(depth + 1)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(dive, 500)
    loop.call_soon(fall)
    await asyncio.sleep(0.01)
    print(sys.getrecursionlimit())


asyncio.run(main())
# finding: callback-exception 10 | RecursionError: maximum recursion depth exceeded
