import asyncio


async def main():
    process = await asyncio.create_subprocess_exec(
        "sleep", "0.1", stdout=asyncio.subprocess.PIPE)
    print(process.returncode)


asyncio.run(main())
# versions: 3.12-
# finding: unclosed-transport 5 | unclosed transport <_UnixSubprocessTransport | Write `await process.wait()`
