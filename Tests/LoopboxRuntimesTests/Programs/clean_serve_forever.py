import asyncio


async def serve(reader, writer):
    try:
        writer.write(await reader.readexactly(2))
        await reader.readexactly(2)
    except asyncio.IncompleteReadError as error:
        print("short", error.partial)
    finally:
        writer.close()


async def main():
    async with await asyncio.start_unix_server(serve, "socket") as server:
        task = asyncio.create_task(server.serve_forever())
        reader, writer = await asyncio.open_unix_connection("socket")
        writer.write(b"abc")
        writer.write_eof()
        print(await reader.read())
        writer.close()
        await writer.wait_closed()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


asyncio.run(main())
