import asyncio
import threading


async def main():
    process = await asyncio.create_subprocess_exec("sleep", "0.05")
    print(process.returncode)


asyncio.run(main())
for thread in threading.enumerate()[1:]:
    thread.join()
# versions: 3.9-3.11
# finding: child-watcher-loop-closed 6
