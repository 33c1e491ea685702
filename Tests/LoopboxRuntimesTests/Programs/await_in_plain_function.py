import asyncio


async def load():
    return 1


def main():
    return await load()


asyncio.run(main())
# finding: syntax-error 9 | SyntaxError: 'await' outside async function | Make `main` an `async def`: nothing else can await.
