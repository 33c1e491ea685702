import asyncio, sys, threading, time
here = threading.get_ident()
elsewhere = []
class Node:
    def __init__(self): self.me = self
    def __del__(self):
        if threading.get_ident() != here: elsewhere.append(sys._getframe(1).f_code.co_filename)
def deep(n):
    if n: return deep(n - 1)
    end = time.monotonic() + 0.2
    while time.monotonic() < end: pass
async def main():
    for i in range(5):
        for _ in range(100): Node()
        deep(150)
        await asyncio.sleep(0)
asyncio.run(main())
print("destructors in another thread:", len(elsewhere) > 0, set(elsewhere))
