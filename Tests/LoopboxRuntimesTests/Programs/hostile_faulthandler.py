import asyncio
import faulthandler
import sys


async def work():
    faulthandler.dump_traceback(all_threads=False)
    await asyncio.sleep(0)


async def main():
    with open("dump", "w+") as file:
        faulthandler.dump_traceback(file, all_threads=False)
        file.seek(0)
        print([line.split()[-1] for line in file if "File" in line])
    await work()
    print(faulthandler.is_enabled())


sys.stderr.flush()
asyncio.run(main())
