import asyncio


class BadInput(Exception):
    pass


async def main():
    try:
        {}["key"]
    except KeyError:
        raise BadInput("nothing there")


asyncio.run(main())
# finding: uncaught-exception 12:9-40 | BadInput: nothing there | Catch it with `try:` and `except BadInput:` where main() is called
# stack: 15 12
