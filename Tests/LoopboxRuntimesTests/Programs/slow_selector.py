import asyncio
import selectors
import time


class Sleepy(selectors.SelectSelector):
    def select(self, timeout=None):
        if timeout:
            time.sleep(3)
        return super().select(0)


async def main():
    await asyncio.sleep(0.05)


loop = asyncio.SelectorEventLoop(Sleepy())
try:
    loop.run_until_complete(main())
finally:
    loop.close()
# slow
# finding: slow-selector-poll 9 | the selector still waited | longer than the timeout
# stack: 9
