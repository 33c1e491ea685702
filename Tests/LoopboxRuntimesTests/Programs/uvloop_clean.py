import asyncio
import sys
import threading

import uvloop


async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(path):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"hello\n")
    print(await reader.readline())
    writer.close()
    await writer.wait_closed()


async def numbers():
    for number in range(3):
        await asyncio.sleep(0)
        yield number


async def main():
    server = await asyncio.start_unix_server(echo, "socket")
    await asyncio.gather(ask("socket"), ask("socket"))
    server.close()
    await server.wait_closed()
    print([number async for number in numbers()])
    print(await asyncio.to_thread(len, "abc"), threading.active_count() <= 2)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(7)")
    print(await process.wait())
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")


asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main())
# needs: uvloop
