import asyncio
import gc
import socket


async def main():
    left, right = socket.socketpair()
    with right:
        reader, writer = await asyncio.open_connection(sock=left)
        transport = writer.transport
        del reader, writer
        gc.collect()
        transport.close()
        await asyncio.sleep(0)


asyncio.run(main())
# finding[3.11.7-]: unclosed-stream-writer 9 | unclosed <StreamWriter | Call `writer.close()` and `await writer.wait_closed()`
