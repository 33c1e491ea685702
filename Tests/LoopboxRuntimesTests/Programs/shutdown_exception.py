import asyncio


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise OSError("while leaving") from None


async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    return task.done()


asyncio.run(main())
# finding: shutdown-unhandled-exception 8 | OSError: while leaving
