import asyncio
import sys
import threading

limit = sys.getrecursionlimit()
sys.setrecursionlimit(200)
sys.setswitchinterval(1e-5)


async def work(number):
    await asyncio.sleep(0)
    return number


def run(found):
    found.append(asyncio.run(work(len(found))))


found = []
threads = [threading.Thread(target=run, args=(found,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found), limit)
