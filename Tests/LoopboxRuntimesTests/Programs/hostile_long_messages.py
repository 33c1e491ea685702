import asyncio
import warnings


async def fail(text):
    raise ValueError(text)


async def main():
    warnings.warn("w" * 300_000)
    asyncio.get_running_loop().call_exception_handler({"message": "m" * 300_000})
    task = asyncio.create_task(fail("\0\udcff\x1b[31m" * 50_000))
    await asyncio.sleep(0.01)
    del task


asyncio.run(main())
# finding: task-exception-never-retrieved 6 | ValueError:
# finding: other-warning 10 | www
# finding: asyncio-log - | mmm
