import asyncio
import socket


class Lines(asyncio.Protocol):
    def __init__(self, done):
        self.done, self.data = done, b""

    def connection_made(self, transport):
        print("made", transport.is_reading())

    def data_received(self, data):
        self.data += data

    def eof_received(self):
        print("end")

    def connection_lost(self, error):
        self.done.set_result((self.data, error))


async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    done = loop.create_future()
    await loop.create_connection(lambda: Lines(done), sock=left)
    with right:
        right.send(b"hello")
        right.shutdown(socket.SHUT_WR)
        print(await done)


asyncio.run(main())
