import asyncio


async def numbers():
    try:
        yield 1
    finally:
        await asyncio.sleep(0)


loop = asyncio.new_event_loop()
generator = numbers()
first = generator.__anext__()
try:
    first.send(None)
except StopIteration:
    pass
del generator, first
loop.close()
# finding: asyncgen-ignored-generator-exit 13 | numbers() began where no loop runs | generator.__anext__()` into a coroutine
# stack: 13
