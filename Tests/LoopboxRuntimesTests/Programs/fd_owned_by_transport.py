import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    with right:
        reader, writer = await asyncio.open_connection(sock=left)
        try:
            await loop.sock_recv(left, 10)
        finally:
            writer.close()


asyncio.run(main())
# finding: fd-owned-by-transport 11 | is used by transport
