import asyncio
import socket


class Sender(asyncio.Protocol):
    def pause_writing(self):
        raise RuntimeError("no brake")


async def main():
    left, right = socket.socketpair()
    with right:
        transport, protocol = await asyncio.get_running_loop().create_connection(Sender, sock=left)
        transport.write(bytes(1_000_000))
        transport.abort()
        await asyncio.sleep(0)


asyncio.run(main())
# finding: flow-control-callback-failed 7 | RuntimeError: no brake
