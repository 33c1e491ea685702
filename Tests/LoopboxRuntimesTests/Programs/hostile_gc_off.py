import asyncio
import gc

gc.disable()


class Node:
    def __init__(self):
        self.me = self


async def work():
    await asyncio.sleep(0)
    Node()


async def main():
    await asyncio.gather(*[work() for _ in range(100)])


asyncio.run(main())
print(sum(type(found) is Node for found in gc.get_objects()), gc.isenabled(), gc.callbacks)
print(gc.get_stats()[2]["collections"])
