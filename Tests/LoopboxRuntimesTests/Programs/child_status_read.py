import asyncio
import signal


async def main():
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    process.stdin.close()
    print(await process.wait())


# The kernel reaps children itself then.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
asyncio.run(main())
# finding: child-status-already-read 6 | will report returncode 255
