import asyncio
import threading


async def work(number):
    await asyncio.sleep(0.001 * number)
    return number


def run(number):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        found[number] = loop.run_until_complete(work(number))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


found = {}
threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(found.items()))
