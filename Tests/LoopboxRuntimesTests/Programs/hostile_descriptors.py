import asyncio
import os


async def fetch():
    pass


os.closerange(3, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 70000 else 70000)
files = [os.open("/dev/null", os.O_RDWR) for _ in range(20)]
fetch()
print(files)
# report: incomplete
