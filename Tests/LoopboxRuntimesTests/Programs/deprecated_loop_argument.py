import asyncio


async def main():
    await asyncio.sleep(0, loop=asyncio.get_running_loop())


asyncio.run(main())
# versions: 3.9
# finding: deprecated-asyncio-api 5 | The loop argument is deprecated
