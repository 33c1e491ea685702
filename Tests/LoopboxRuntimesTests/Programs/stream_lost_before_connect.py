import asyncio
import gc
import socket


async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    with right:
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        del reader
        gc.collect()
        transport, _ = await loop.create_connection(lambda: protocol, sock=left)
        transport.close()
        await asyncio.sleep(0.01)


asyncio.run(main())
# finding: stream-lost-before-connect 11 | An open stream was garbage collected prior to
