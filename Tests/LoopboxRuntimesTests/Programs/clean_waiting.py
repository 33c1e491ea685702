import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading

# All of these wait long enough to be taken for stuck, and something does wake them.
PAUSE = 0.25


async def for_a_thread(loop):
    event = asyncio.Event()
    timer = threading.Timer(PAUSE, loop.call_soon_threadsafe, (event.set,))
    timer.start()
    await event.wait()
    timer.join()


async def for_an_executor(loop):
    await loop.run_in_executor(None, threading.Event().wait, PAUSE)


async def for_a_signal(loop):
    event = asyncio.Event()
    loop.add_signal_handler(signal.SIGALRM, event.set)
    signal.setitimer(signal.ITIMER_REAL, PAUSE)
    await event.wait()
    loop.remove_signal_handler(signal.SIGALRM)


async def for_a_plain_handler(loop):
    future = loop.create_future()
    signal.signal(signal.SIGALRM, lambda *_: loop.call_soon_threadsafe(future.set_result, 1))
    signal.setitimer(signal.ITIMER_REAL, PAUSE)
    await future
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


async def for_a_process(loop):
    process = await asyncio.create_subprocess_exec("sleep", str(PAUSE))
    await process.wait()


async def for_a_socket(loop):
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    child = subprocess.Popen(["sh", "-c", "sleep %s; echo x" % PAUSE], stdout=theirs)
    theirs.close()
    await loop.sock_recv(ours, 10)
    ours.close()
    child.wait()


async def main():
    loop = asyncio.get_running_loop()
    for wait in (for_a_thread, for_an_executor, for_a_signal, for_a_plain_handler,
                 for_a_process, for_a_socket):
        await wait(loop)
        print(wait.__name__)


asyncio.run(main())
