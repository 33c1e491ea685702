import asyncio


async def make():
    return asyncio.get_running_loop().create_future()


async def main():
    await future


other = asyncio.new_event_loop()
future = other.run_until_complete(make())
try:
    asyncio.run(main())
finally:
    other.close()
# finding: future-attached-to-different-loop 9 | Task Task-2 (main()) got Future <Future pending> attached to a different loop
