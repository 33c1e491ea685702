# A time limit by a signal, whose exception may arrive in any line of Python, and is kept.
import asyncio, os, signal, sys, threading, time


class Late(Exception):
    pass


def alarm(*_):
    raise Late


def loops():
    asyncio.new_event_loop().close()


def threads():
    threading.Thread(target=int)


def is_kept(what):
    end = time.monotonic() + 0.3
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.004)
        while time.monotonic() < end:
            what()
        return False
    except Late:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


signal.signal(signal.SIGALRM, alarm)
# A destructor may swallow it, and loops that are half made say so.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
lost = 0
for what in loops, threads:
    for _ in range(60):
        try:
            lost += not is_kept(what)
        except Late:
            pass
print("more than one in ten lost:", lost > 12)
