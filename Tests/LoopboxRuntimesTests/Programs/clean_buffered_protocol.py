import asyncio
import socket


class Buffered(asyncio.BufferedProtocol):
    def __init__(self, done):
        self.done, self.buffer = done, bytearray(4)

    def get_buffer(self, hint):
        return self.buffer

    def buffer_updated(self, count):
        print(bytes(self.buffer[:count]))

    def connection_lost(self, error):
        self.done.set_result(error)


async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    done = loop.create_future()
    await loop.create_connection(lambda: Buffered(done), sock=left)
    right.send(b"hello")
    right.close()
    print(await done)


asyncio.run(main())
