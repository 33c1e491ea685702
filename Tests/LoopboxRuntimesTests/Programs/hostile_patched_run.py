import asyncio


def run(coroutine, **options):
    print("patched", sorted(options))
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


async def main():
    print("in")
    await asyncio.sleep(0)
    return 3


asyncio.run = run
print(asyncio.run(main(), debug=True))
