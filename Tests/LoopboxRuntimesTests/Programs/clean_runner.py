import asyncio


async def step(number):
    await asyncio.sleep(0)
    return number


with asyncio.Runner(debug=True) as runner:
    print(runner.run(step(1)), runner.run(step(2)))
with asyncio.Runner(debug=False) as runner:
    print(runner.run(step(3)))
# versions: 3.11-
