import asyncio
import resource
import socket


async def serve(reader, writer):
    writer.close()


async def main():
    server = await asyncio.start_unix_server(serve, "socket", backlog=1)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("socket")
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 1, limits[1]))
        await asyncio.sleep(0.02)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        server.close()
    await server.wait_closed()


asyncio.run(main())
# finding: accept-out-of-resources - | Too many open files
