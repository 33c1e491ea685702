import asyncio
import io
import sys


async def fetch():
    pass


async def main():
    fetch()
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)


text = sys.stderr = io.StringIO()
asyncio.run(main())
sys.stderr = sys.__stderr__
print(text.getvalue().count("never awaited"), text.getvalue().count("ZeroDivisionError"))
# finding: coroutine-never-awaited 11 | 'fetch' was never awaited
# finding: callback-exception 12 | ZeroDivisionError
