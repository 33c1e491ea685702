import asyncio
import os
import signal
import time

tasks = set()


async def tick(name):
    await asyncio.sleep(0)
    print(name)


def start(coroutine):
    task = asyncio.ensure_future(coroutine)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


def show(task):
    print("got", task.result())


async def fetch():
    return 7


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        start(self.answer(data))

    async def answer(self, data):
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, time.sleep, 0.4)
        self.transport.write(data)
        self.transport.close()


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: start(tick("soon")))
    loop.call_later(0.01, lambda: start(tick("later")))
    loop.add_signal_handler(signal.SIGHUP, lambda: start(tick("signal")))
    os.kill(os.getpid(), signal.SIGHUP)
    task = asyncio.create_task(fetch())
    task.add_done_callback(show)
    await task
    server = await loop.create_unix_server(Echo, "socket")
    reader, writer = await asyncio.open_unix_connection("socket")
    writer.write(b"x")
    print(await reader.read())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    loop.remove_signal_handler(signal.SIGHUP)


asyncio.run(main())
# slow
