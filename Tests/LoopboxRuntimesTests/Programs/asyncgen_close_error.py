import asyncio


async def numbers():
    try:
        yield 1
    finally:
        raise OSError("at the end")


async def main():
    generator = numbers()
    await generator.__anext__()
    kept.append(generator)


kept = []
asyncio.run(main())
# finding: asyncgen-close-error 8 | OSError: at the end
