import asyncio
import socket


class Parser(asyncio.Protocol):
    def eof_received(self):
        raise EOFError("half a message")

    def connection_lost(self, error):
        lost.set()


async def main():
    global lost
    lost = asyncio.Event()
    left, right = socket.socketpair()
    with right:
        await asyncio.get_running_loop().create_connection(Parser, sock=left)
        right.shutdown(socket.SHUT_WR)
        await lost.wait()


asyncio.run(main())
# finding: transport-fatal-error 7 | EOFError: half a message
