import asyncio
import socket


async def main():
    left, right = socket.socketpair()
    with right:
        reader, writer = await asyncio.open_connection(sock=left)
        writer.transport.abort()
        for _ in range(7):
            writer.write(b"x")
        await asyncio.sleep(0)


asyncio.run(main())
# finding: write-after-connection-lost 11 x3 | socket.send() raised exception.
