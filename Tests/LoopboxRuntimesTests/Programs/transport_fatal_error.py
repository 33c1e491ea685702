import asyncio
import socket


class Parser(asyncio.Protocol):
    def data_received(self, data):
        print(int(data))

    def connection_lost(self, error):
        lost.set()


async def main():
    global lost
    lost = asyncio.Event()
    left, right = socket.socketpair()
    with right:
        await asyncio.get_running_loop().create_connection(Parser, sock=left)
        right.send(b"x")
        await lost.wait()


asyncio.run(main())
# finding: transport-fatal-error 7 | ValueError: invalid literal for int()
