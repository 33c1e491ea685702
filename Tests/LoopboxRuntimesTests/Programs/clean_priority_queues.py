import asyncio


async def main():
    first, last = asyncio.PriorityQueue(), asyncio.LifoQueue(2)
    for number in (3, 1, 2):
        await first.put(number)
    print([first.get_nowait() for _ in range(3)], first.empty())
    last.put_nowait("a")
    last.put_nowait("b")
    try:
        last.put_nowait("c")
    except asyncio.QueueFull:
        print(await last.get(), await last.get())
    try:
        last.get_nowait()
    except asyncio.QueueEmpty:
        print("empty")


asyncio.run(main())
