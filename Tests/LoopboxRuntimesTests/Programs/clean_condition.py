import asyncio


async def consume(condition, items):
    async with condition:
        await condition.wait_for(lambda: items)
        return items.pop()


async def main():
    condition, items = asyncio.Condition(), []
    tasks = [asyncio.create_task(consume(condition, items)) for _ in range(2)]
    await asyncio.sleep(0)
    async with condition:
        items += [1, 2]
        condition.notify_all()
    print(sorted(await asyncio.gather(*tasks)))


asyncio.run(main())
