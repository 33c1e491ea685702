import asyncio
import socket


async def main():
    left, right = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=left)
    right.close()
    for number in range(10):
        writer.write(b"x")
    writer.close()
    await asyncio.sleep(0)


asyncio.run(main())
# finding: write-after-connection-lost 10 x5 | socket.send() raised exception.
