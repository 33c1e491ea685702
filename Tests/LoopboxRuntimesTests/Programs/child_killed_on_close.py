import asyncio


async def main():
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "5")
    transport.close()
    await asyncio.sleep(0.05)


asyncio.run(main())
# finding: child-killed-on-close 7 | Close running child process: kill
