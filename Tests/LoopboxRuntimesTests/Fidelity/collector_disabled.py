import asyncio, gc, threading, time
async def nothing(): pass
async def work(until):
    while time.monotonic() < until:
        await asyncio.gather(*[nothing() for _ in range(20)])
t = threading.Thread(target=lambda: asyncio.run(work(time.monotonic() + 1.5)))
t.start()
undone = looks = 0
while t.is_alive():
    gc.enable()
    time.sleep(0.002)
    gc.disable()
    time.sleep(0.002)
    looks += 1
    undone += gc.isenabled()
print("gc.disable() was undone:", undone > 0)
