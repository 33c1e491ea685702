import asyncio
import signal


async def stop():
    print("stop")


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop)


asyncio.run(main())
# finding: coroutine-as-callback 11 | TypeError: coroutines cannot be used with add_signal_handler() | A coroutine has to be made a task, which somebody keeps: write `loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(stop()))`.
