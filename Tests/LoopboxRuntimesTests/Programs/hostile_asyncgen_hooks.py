import asyncio
import sys

print(sys.get_asyncgen_hooks().finalizer)
begun = []
sys.set_asyncgen_hooks(firstiter=begun.append)


async def numbers():
    yield 1


async def main():
    async for number in numbers():
        print(number)


asyncio.run(main())
generator = numbers()
try:
    generator.__anext__().send(None)
except StopIteration as stop:
    print(stop.value, begun == [generator], sys.get_asyncgen_hooks().firstiter == begun.append)
sys.set_asyncgen_hooks(None, None)
begun.clear()
