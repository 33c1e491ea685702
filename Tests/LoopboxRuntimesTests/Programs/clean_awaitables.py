import asyncio
import types


class Once:
    def __init__(self, future):
        self.future = future

    def __await__(self):
        return (yield from self.future.__await__())


@types.coroutine
def pause():
    yield
    return "paused"


class Always:
    def __aiter__(self):
        return self

    async def __anext__(self):
        raise StopAsyncIteration


async def main():
    future = asyncio.get_running_loop().create_future()
    future.set_result("once")
    print(await Once(future), await pause())
    async for _ in Always():
        pass
    print(await asyncio.ensure_future(Once(future)))


asyncio.run(main())
