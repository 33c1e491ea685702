import asyncio
import subprocess


async def version():
    done = subprocess.run(["sleep", "0.4"], check=True)
    return done.returncode


asyncio.run(version())
# slow
# finding: slow-callback 6 | version() held the event loop for | Write `await asyncio.to_thread(subprocess.run, ["sleep", "0.4"], check=True)` in place of `subprocess.run(["sleep", "0.4"], check=True)`.
