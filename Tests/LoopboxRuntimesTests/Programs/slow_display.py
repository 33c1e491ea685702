import asyncio
import sys
import time
import warnings


class SlowTerminal:
    def __init__(self, stream):
        self.stream = stream

    def write(self, text):
        time.sleep(0.4)
        self.stream.write(text)

    def flush(self):
        self.stream.flush()


async def forgotten():
    pass


async def main():
    forgotten()
    await asyncio.sleep(0)
    open(__file__)
    await asyncio.sleep(0)
    warnings.warn("slow to show")


sys.stderr = SlowTerminal(sys.stderr)
asyncio.run(main())
# slow
# finding: coroutine-never-awaited 24 | 'forgotten' was never awaited
# finding: unclosed-file 26
# finding: other-warning 28 | slow to show
