import asyncio
import os
import signal


async def main():
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    loop.call_later(0.01, os.kill, os.getpid(), signal.SIGTERM)
    await stop.wait()
    print([loop.remove_signal_handler(number) for number in (signal.SIGTERM, signal.SIGHUP)])


asyncio.run(main())
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
