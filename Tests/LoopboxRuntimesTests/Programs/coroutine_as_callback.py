import asyncio


async def fetch():
    pass


async def main():
    asyncio.get_running_loop().call_soon(fetch())


asyncio.run(main())
# finding: coroutine-as-callback 9 | coroutines cannot be used with call_soon()
