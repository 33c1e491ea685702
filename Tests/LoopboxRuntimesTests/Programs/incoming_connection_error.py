import asyncio


def make():
    raise LookupError("no session")


async def main():
    server = await asyncio.get_running_loop().create_unix_server(make, "socket")
    reader, writer = await asyncio.open_unix_connection("socket")
    await asyncio.sleep(0.01)
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
# finding: incoming-connection-error 5 | LookupError: no session
