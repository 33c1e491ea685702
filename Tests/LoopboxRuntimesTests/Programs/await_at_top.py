import asyncio


async def main():
    print("hello")


await main()
# finding: syntax-error 8 | SyntaxError: 'await' outside function | Write `asyncio.run(main())`: `await` stands in an `async def` only.
