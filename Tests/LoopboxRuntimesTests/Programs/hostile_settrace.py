import asyncio
import sys

seen = []


def trace(frame, event, argument):
    if event == "call":
        seen.append(frame.f_code.co_name)
    return trace


async def work():
    await asyncio.sleep(0.001)


async def main():
    await asyncio.gather(work(), work())


asyncio.run(main())
sys.settrace(trace)
asyncio.run(main())
sys.settrace(None)
print(seen.count("work"), seen.count("main"), sys.gettrace(), "sleep" in seen)
