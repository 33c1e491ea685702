import asyncio
import sys

sys.set_coroutine_origin_tracking_depth(2)


async def fetch():
    pass


async def main():
    coroutine = fetch()
    print(len(coroutine.cr_origin))
    coroutine.close()


coroutine = fetch()
print(len(coroutine.cr_origin))
coroutine.close()
asyncio.run(main())
print(sys.get_coroutine_origin_tracking_depth())
