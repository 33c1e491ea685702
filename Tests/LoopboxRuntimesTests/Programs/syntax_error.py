import asyncio

await asyncio.sleep(1)
# finding: syntax-error 3 | SyntaxError: 'await' outside function
