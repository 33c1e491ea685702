import asyncio
import warnings

warnings.simplefilter("error")


async def fetch():
    pass


async def main():
    fetch()
    try:
        warnings.warn("as an exception")
    except UserWarning as warning:
        print(warning)
    await asyncio.sleep(0)


asyncio.run(main())
# finding: coroutine-never-awaited 12 | 'fetch' was never awaited
