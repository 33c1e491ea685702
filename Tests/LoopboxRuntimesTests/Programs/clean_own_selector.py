import asyncio
import selectors


class Counting(selectors.SelectSelector):
    count = 0

    def select(self, timeout=None):
        self.count += 1
        return super().select(timeout)


async def main():
    for _ in range(3):
        await asyncio.sleep(0.001)


selector = Counting()
loop = asyncio.SelectorEventLoop(selector)
try:
    loop.run_until_complete(main())
finally:
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
print(selector.count >= 3)
