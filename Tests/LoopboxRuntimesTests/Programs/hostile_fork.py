import asyncio
import os
import sys
import warnings


async def fetch():
    pass


async def main():
    await asyncio.sleep(0.2)
    child = os.fork()
    if not child:
        fetch()
        sys.stderr.flush()
        os._exit(3)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    await asyncio.sleep(0.01)


asyncio.run(main())
child = os.fork()
if not child:
    warnings.warn("child")
    sys.exit(4)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
# slow-watch
