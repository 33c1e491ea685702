import asyncio


async def main():
    process = await asyncio.create_subprocess_exec(
        "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(await process.communicate(b"hello"), process.returncode)
    process = await asyncio.create_subprocess_shell("exit 3")
    print(await process.wait())


asyncio.run(main())
