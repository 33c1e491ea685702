import asyncio, sys, threading, time
seen = set()
def handler(loop, context):
    seen.add(threading.current_thread() is threading.main_thread())
async def fail(): raise ValueError
def deep(n):
    if n: return deep(n - 1)
    end = time.monotonic() + 0.2
    while time.monotonic() < end: pass
async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    for i in range(5):
        for _ in range(20):
            t = asyncio.create_task(fail()); t.me = [t] if False else None
            box = [t]; box.append(box); t = box = None
        await asyncio.sleep(0)
        deep(150)
    # Whatever the collector did until now.
    import gc; gc.collect()
asyncio.run(main())
print("handler ran in main thread only:", seen)
