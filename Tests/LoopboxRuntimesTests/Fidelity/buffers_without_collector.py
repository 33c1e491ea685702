import asyncio, gc, time
gc.disable()                       # as servers do that rely on reference counting
alive = 0
class Buffer:
    def __init__(self): global alive; alive += 1; self.data = bytearray(1_000_000)
    def __del__(self): global alive; alive -= 1
def work(): b = Buffer(); time.sleep(0.15)
async def main():
    for _ in range(6): await asyncio.to_thread(work)
    print("buffers alive:", alive)
asyncio.run(main())
