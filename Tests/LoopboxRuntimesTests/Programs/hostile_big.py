import asyncio


async def main():
    raise ValueError("\0\ud800\"\\\n" + "x" * 5_000_000)


asyncio.run(main())
# finding: uncaught-exception 5 | ValueError:
