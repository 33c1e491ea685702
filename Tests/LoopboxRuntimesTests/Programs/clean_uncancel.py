import asyncio


async def main():
    task = asyncio.current_task()
    task.cancel()
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        print(task.cancelling(), task.uncancel())
    await asyncio.sleep(0)


asyncio.run(main())
# versions: 3.11-
