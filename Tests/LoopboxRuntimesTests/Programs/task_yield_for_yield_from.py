import asyncio


class Ticket:
    def __init__(self, future):
        self.future = future

    def __await__(self):
        yield self.future


async def main():
    await Ticket(asyncio.get_running_loop().create_future())


asyncio.run(main())
# finding: task-bad-yield 9 | yield was used instead of yield from
