import asyncio


async def tick():
    print("tick")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, tick)
    await asyncio.sleep(0.05)


asyncio.run(main())
# finding: coroutine-as-callback 10 | TypeError: coroutines cannot be used with call_later() | A coroutine has to be made a task, which somebody keeps: write `loop.call_later(0.01, lambda: loop.create_task(tick()))`.
