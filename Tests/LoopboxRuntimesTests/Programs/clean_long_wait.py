import asyncio
import os
import signal
import subprocess
import sys


async def main():
    # It waits for input, with a timer far away: that is what a selector is for.
    reader, writer = os.pipe()
    loop = asyncio.get_running_loop()
    read = loop.create_future()

    def readable():
        loop.remove_reader(reader)
        read.set_result(None)

    loop.add_reader(reader, readable)
    stopper = subprocess.Popen([
        sys.executable, "-c",
        "import os, signal, time; time.sleep(0.1); parent = os.getppid();"
        "os.kill(parent, signal.SIGSTOP); time.sleep(2); os.kill(parent, signal.SIGCONT)",
    ])
    # And it is stopped meanwhile, which no selector can help.
    await asyncio.sleep(0.5)
    os.write(writer, b"x")
    await asyncio.wait_for(read, 3600)
    stopper.wait()
    os.close(reader)
    os.close(writer)


asyncio.run(main())
