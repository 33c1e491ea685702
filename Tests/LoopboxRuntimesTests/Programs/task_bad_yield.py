import asyncio


class Ticket:
    def __await__(self):
        yield "later"


async def main():
    await Ticket()


asyncio.run(main())
# finding: task-bad-yield 6 | Task got bad yield: 'later'
