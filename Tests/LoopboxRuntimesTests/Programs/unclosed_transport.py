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
# finding: unclosed-transport 9 | unclosed
