import asyncio
import cProfile
import pstats
import sys


async def work():
    await asyncio.sleep(0.001)


async def main():
    await asyncio.gather(work(), work())


profile = cProfile.Profile()
profile.runcall(asyncio.run, main())
functions = pstats.Stats(profile).stats
print(sorted({name for _, _, name in functions if name in ("work", "main", "sleep")}))
print([entry for entry in functions if entry[2] in ("work", "main")][0][1] in (8, 12))
calls = []
sys.setprofile(lambda frame, event, argument: calls.append(frame.f_code.co_name))
asyncio.run(main())
sys.setprofile(None)
print(calls.count("work") > 1, calls[0], calls[-1])
