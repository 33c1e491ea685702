import asyncio
import os


async def serve(reader, writer):
    try:
        print(int(await reader.readline()))
    finally:
        writer.close()


async def main():
    server = await asyncio.start_unix_server(serve, "socket")
    reader, writer = await asyncio.open_unix_connection("socket")
    writer.write(b"x\n")
    print(await reader.read())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    os.unlink("socket") if os.path.exists("socket") else None


asyncio.run(main())
# finding: stream-handler-exception 7 | ValueError: invalid literal for int() | close the writer in finally
