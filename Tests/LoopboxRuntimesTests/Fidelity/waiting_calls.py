# Calls that wait, in a slow callback, go on for as long as they were asked to.
import asyncio, os, select, signal, subprocess, sys, threading, time


def lasted(call, *arguments):
    begin = time.monotonic()
    result = call(*arguments)
    return result, time.monotonic() - begin >= 0.29


async def main():
    reader, writer = os.pipe()
    print(lasted(time.sleep, 0.3))
    print(lasted(select.select, [reader], [], [], 0.3))
    print(lasted(threading.Event().wait, 0.3))
    print(lasted(subprocess.call, [sys.executable, "-c", "import time; time.sleep(0.3)"]))
    threading.Timer(0.3, os.write, (writer, b"x")).start()
    print(lasted(os.read, reader, 1))


asyncio.run(main())
