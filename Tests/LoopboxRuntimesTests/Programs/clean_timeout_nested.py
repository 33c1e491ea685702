import asyncio


async def main():
    try:
        async with asyncio.timeout(0.01):
            try:
                async with asyncio.timeout(10):
                    await asyncio.sleep(20)
            except TimeoutError:
                print("never")
    except TimeoutError:
        print("outer")
    async with asyncio.timeout(None) as limit:
        limit.reschedule(asyncio.get_running_loop().time() + 10)
        print(limit.expired())


asyncio.run(main())
# versions: 3.11-
