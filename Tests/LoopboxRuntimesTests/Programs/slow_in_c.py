import asyncio


async def main():
    numbers = list(range(6_000_000))
    await asyncio.sleep(0)
    return sum(numbers) + sum(numbers) + sum(numbers) + sum(numbers) + sum(numbers) + sum(numbers)


async def outer():
    await asyncio.sleep(0)
    data = "ab" * 300_000_000
    return len(data), data.count("bab" * 40, 0, 100_000_000)


asyncio.run(outer())
# slow
# unordered
# finding: slow-callback 12..13 | outer() held the event loop for
