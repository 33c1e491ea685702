import asyncio
import time
import warnings


def show(message, category, filename, lineno, file=None, line=None):
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pass


async def main():
    warnings.warn("slow to show")
    time.sleep(0.5)


warnings.showwarning = show
asyncio.run(main())
# slow
# finding: other-warning 13 | slow to show
# finding: slow-callback 14 | main() held the event loop for | `await asyncio.sleep(0.5)`
# seconds: 0.5 1.5
