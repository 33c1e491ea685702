import asyncio


async def handle(reader, writer):
    writer.write(await reader.readline())
    writer.drain()
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hi\n")
    await writer.drain()
    print(await reader.read())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
# finding: coroutine-never-awaited 6:5-19 | coroutine 'StreamWriter.drain' was never awaited | Write `await writer.drain()`: calling `writer.drain` only makes the coroutine.
