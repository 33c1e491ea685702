import asyncio


async def slow():
    await asyncio.sleep(5)


async def main():
    await asyncio.wait_for(slow(), 0.05)


asyncio.run(main())
# finding[3.9-3.10]: uncaught-exception 9 | asyncio.exceptions.TimeoutError | Catch it with `try:` and `except asyncio.TimeoutError:`, or give `asyncio.wait_for(slow(), 0.05)` more time.
# finding[3.11-]: uncaught-exception 9 | TimeoutError | Catch it with `try:` and `except TimeoutError:`, or give `asyncio.wait_for(slow(), 0.05)` more time.
