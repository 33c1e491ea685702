import asyncio
import gc
import socket


async def main():
    left, right = socket.socketpair()
    with right:
        reader, writer = await asyncio.open_connection(sock=left)
        del reader, writer, left
        gc.collect()
        await asyncio.sleep(0)


asyncio.run(main())
gc.collect()
# finding[3.9-3.11.6]: unclosed-transport 9 | unclosed
# finding[3.11.7-]: unclosed-stream-writer 9 | unclosed
