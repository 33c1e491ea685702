import asyncio
import os
import signal
import threading


async def main():
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    await asyncio.sleep(5)


asyncio.run(main())
# finding: keyboard-interrupt 9..12 | KeyboardInterrupt
