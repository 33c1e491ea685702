import asyncio
import socket


class Socket(socket.socket):
    def __init__(self, family=-1, *rest):
        if family == socket.AF_INET6:
            raise OSError("no such family here")
        super().__init__(family, *rest)


async def main():
    kept, socket.socket = socket.socket, Socket
    try:
        server = await asyncio.start_server(print, ["127.0.0.1", "::1"], 0)
    finally:
        socket.socket = kept
    server.close()
    await server.wait_closed()


asyncio.run(main())
# finding: server-address-skipped 15 | create_server() failed to create socket.socket
