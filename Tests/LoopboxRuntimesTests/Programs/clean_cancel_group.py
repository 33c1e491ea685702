import asyncio


async def forever(found, number):
    try:
        await asyncio.Event().wait()
    finally:
        found.append(number)


async def main():
    found = []
    tasks = [asyncio.create_task(forever(found, number)) for number in range(3)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel("enough")
    print(await asyncio.gather(*tasks, return_exceptions=True) != [], found)
    both = asyncio.gather(forever(found, 3), forever(found, 4))
    await asyncio.sleep(0)
    both.cancel()
    try:
        await both
    except asyncio.CancelledError:
        print(found)


asyncio.run(main())
