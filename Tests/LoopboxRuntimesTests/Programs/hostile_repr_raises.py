import asyncio


class Odd:
    def __repr__(self):
        raise RuntimeError("no name")

    def __call__(self):
        return 1 / 0


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.sleep(0, Odd()))
    print(type(await task).__name__)
    loop.call_later(0, Odd().__call__)
    await asyncio.sleep(0.01)
    print("on")


asyncio.run(main())
# finding: callback-exception 9 | ZeroDivisionError
