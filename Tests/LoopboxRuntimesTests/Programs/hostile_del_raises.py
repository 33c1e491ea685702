import asyncio


class Bad:
    def __del__(self):
        raise BaseException("from a finaliser")

    def __repr__(self):
        raise OSError("no name")


async def main():
    Bad()
    await asyncio.sleep(0)


asyncio.run(main())
# finding: unraisable-exception 6 | BaseException: from a finaliser
