import asyncio
import subprocess
import warnings


async def main():
    watcher = asyncio.SafeChildWatcher()
    watcher.attach_loop(asyncio.get_running_loop())
    with subprocess.Popen("cat", stdin=subprocess.PIPE) as child:
        watcher.add_child_handler(child.pid, print)
        watcher.attach_loop(None)
        watcher.remove_child_handler(child.pid)


warnings.simplefilter("ignore", DeprecationWarning)
asyncio.run(main())
# versions: 3.9-3.13
# finding: child-watcher-misuse 11 | A loop is being detached from a child watcher with pending handlers
