# SPDX-License-Identifier: Apache-2.0
import asyncio
import os
import tempfile


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def produce(queue):
    for number in range(3_000):
        await queue.put(b"%d\n" % number)
    await queue.put(None)


async def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server = await asyncio.start_unix_server(echo, path)
        reader, writer = await asyncio.open_unix_connection(path)
        queue = asyncio.Queue(10)
        producer = asyncio.create_task(produce(queue))
        while line := await queue.get():
            writer.write(line)
            assert await reader.readline() == line
        await producer
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()


asyncio.run(main())
