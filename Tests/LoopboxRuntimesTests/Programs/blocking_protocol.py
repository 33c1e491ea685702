import asyncio
import time


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.store(data)
        self.transport.write(data)

    def store(self, data):
        time.sleep(0.4)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x")
    print(await reader.read(1))
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
# slow
# finding: slow-callback 14 | _SelectorSocketTransport._read_ready() held the event loop for | `time.sleep(0.4)` blocks the loop, which calls data_received(): have data_received() start a task of a coroutine that awaits, or give the slow part to `loop.run_in_executor()`.
