import asyncio
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor


async def start():
    with subprocess.Popen(["sleep", "0.4"]) as child:
        print(child.args)


async def compute():
    with ThreadPoolExecutor() as pool:
        pool.submit(time.sleep, 0.4)


asyncio.run(start())
asyncio.run(compute())
# slow
# finding[3.9]: slow-callback 9 | start() | The end of this `with` block waits for the process: start it by `await asyncio.create_subprocess_exec(…)`
# finding[3.10-]: slow-callback 8 | start() | The end of `with subprocess.Popen(["sleep", "0.4"]):` waits for the process: start it by `await
# finding[3.9]: slow-callback 14 | compute() | The end of this `with` block waits for all work of the executor
# finding[3.10-]: slow-callback 13 | compute() | The end of `with ThreadPoolExecutor():` waits for all work of the executor
