import asyncio
import os
import sys


async def child():
    await asyncio.sleep(0)
    print("child", flush=True)


async def main():
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        asyncio._set_running_loop(None)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(child())
        loop.close()
        os._exit(0)
    print(os.waitpid(pid, 0)[1])
    await asyncio.sleep(0)


asyncio.run(main())
