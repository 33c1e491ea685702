import asyncio
import os
import signal


async def main():
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(1)


asyncio.run(main())
# finding: keyboard-interrupt 7..11 | KeyboardInterrupt
