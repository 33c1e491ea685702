import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    with left, right:
        await loop.sock_recv(left, 10)


asyncio.run(main())
# finding: blocking-socket 9 | the socket must be non-blocking
