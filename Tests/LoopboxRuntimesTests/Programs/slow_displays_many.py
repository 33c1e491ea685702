import asyncio
import time
import warnings


def show(message, category, filename, lineno, file=None, line=None):
    time.sleep(0.002)


async def main():
    # Each takes two of the 256 spans that are kept.
    for number in range(400):
        warnings.warn("again")


warnings.showwarning = show
warnings.simplefilter("always")
asyncio.run(main())
# slow
# finding: other-warning 13 x400 | again
