import asyncio
import socket


async def drain(reader):
    count = 0
    while data := await reader.read(65536):
        count += len(data)
    return count


async def main():
    left, right = socket.socketpair()
    reader, one = await asyncio.open_connection(sock=left)
    _, writer = await asyncio.open_connection(sock=right)
    writer.transport.set_write_buffer_limits(1000)
    task = asyncio.create_task(drain(reader))
    for _ in range(20):
        writer.write(bytes(50_000))
        await writer.drain()
    writer.close()
    await writer.wait_closed()
    print(await task)
    one.close()
    await one.wait_closed()


asyncio.run(main())
