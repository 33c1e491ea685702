import asyncio
import gc


async def answer(reader, writer):
    writer.write(await reader.read())


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"tea")
    writer.write_eof()
    print(await reader.read(3))
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    server.close()


# In which order its objects go is known then.
gc.disable()
asyncio.run(main())
gc.collect()
# finding[3.9-3.12]: unclosed-transport 5 | unclosed transport | Call `writer.close()` and `await writer.wait_closed()` where answer() ends
# finding[3.13-]: unclosed-stream-writer 5 | unclosed <StreamWriter | Call `writer.close()` and `await writer.wait_closed()` where answer() ends
