import asyncio


def step(number):
    return 1 // number


async def main():
    asyncio.get_running_loop().call_soon(step, 0)
    await asyncio.sleep(0.01)


asyncio.run(main())
# finding: callback-exception 5 | callback step() raised ZeroDivisionError
# creation: 13 9
