import asyncio


class Named(asyncio.Task):
    made = 0

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        Named.made += 1


def make(loop, coroutine, **options):
    return Named(coroutine, loop=loop, **options)


async def main():
    asyncio.get_running_loop().set_task_factory(make)
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))
    print(Named.made)


asyncio.run(main())
