import asyncio
import multiprocessing
import sys


def child(queue):
    async def main():
        await asyncio.sleep(0)
        return sorted(name for name in sys.modules if "custom" in name)

    queue.put(asyncio.run(main()))


context = multiprocessing.get_context("fork")
queue = context.SimpleQueue()
process = context.Process(target=child, args=(queue,))
process.start()
print(queue.get())
process.join()
queue.close()
print(process.exitcode)
