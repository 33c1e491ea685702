import asyncio
import threading


async def inner():
    await asyncio.sleep(0)
    return threading.current_thread() is threading.main_thread()


def serve(found):
    with asyncio.Runner() as runner:
        found.append(runner.run(inner()))
        found.append(runner.run(inner()))


async def main():
    found = []
    await asyncio.to_thread(serve, found)
    return found


with asyncio.Runner() as outer:
    print(outer.run(main()))
    print(outer.get_loop().is_running())
# versions: 3.11-
