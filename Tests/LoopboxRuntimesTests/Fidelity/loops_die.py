# Does a loop die when its last owner lets it go?
import asyncio, gc, sys, time, weakref
async def one(): await asyncio.sleep(0)
async def main():
    await asyncio.gather(*[one() for _ in range(30)])
    return weakref.ref(asyncio.get_running_loop())
alive = n = 0
end = time.monotonic() + 1.5
while time.monotonic() < end:
    ref = asyncio.run(main()); n += 1
    gc.collect()
    alive += ref() is not None
print("loops that outlived their owner:", alive > 0)
