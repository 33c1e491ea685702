# No cycles, collector off: only reference counts. Where do locals of a callback die?
import asyncio, gc, sys, threading, time
gc.disable()
here = threading.get_ident(); total = elsewhere = 0
class R:
    def __del__(self):
        global total, elsewhere
        total += 1; elsewhere += threading.get_ident() != here
def leaf(): r = R(); return sum(range(50))
def deep(n):
    r = R()
    return deep(n - 1) if n else [leaf() for _ in range(20)] and 0
async def main():
    asyncio.get_running_loop().slow_callback_duration = 0.02
    end = time.monotonic() + 2
    while time.monotonic() < end:
        t = time.monotonic() + 0.05
        while time.monotonic() < t: deep(60)
        await asyncio.sleep(0)
if len(sys.argv) > 1: sys.setswitchinterval(float(sys.argv[1]))
import logging; logging.getLogger("asyncio").setLevel(logging.ERROR)
asyncio.run(main())
print("died in another thread:", elsewhere > 0)
