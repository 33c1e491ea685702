import asyncio


async def work():
    await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    print(sorted(loop.__dict__), len(loop._ready), len(loop._scheduled))
    print(sorted(dir(loop)) == sorted(set(dir(loop))))
    task = asyncio.create_task(work())
    print(sorted(one.get_name() for one in asyncio.all_tasks()), loop._ready)
    await task
    print(len(asyncio.all_tasks()), loop._selector.get_map().__len__(), loop._asyncgens)
    print(type(loop).__mro__, repr(loop))


asyncio.run(main())
