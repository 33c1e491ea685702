import asyncio
import contextlib


@contextlib.asynccontextmanager
async def session():
    yield "session"


class Mailer:
    def __init__(self):
        self.tasks = []

    async def send(self, address):
        await asyncio.sleep(0.001)
        raise ConnectionRefusedError(address)

    def send_later(self, address):
        self.tasks.append(asyncio.create_task(self.send(address)))

    async def drain(self):
        for result in await asyncio.gather(*self.tasks, return_exceptions=True):
            print(repr(result))


async def rows():
    try:
        for number in range(10):
            await asyncio.sleep(0)
            yield number
    finally:
        await asyncio.sleep(0)
        print("closed")


async def ask(path):
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(b"hi\n")
        return await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()


async def handle(reader, writer):
    try:
        number = int(await reader.readline())
        writer.write(b"%d\n" % number)
    except ValueError as error:
        writer.write(b"no number\n")
    finally:
        writer.close()
        await writer.wait_closed()


async def slow():
    await asyncio.sleep(5)


async def main():
    async with session() as name:
        print(name)
    mailer = Mailer()
    mailer.send_later("ann")
    await mailer.drain()
    generator = rows()
    try:
        async for row in generator:
            print(row)
            break
    finally:
        await generator.aclose()
    server = await asyncio.start_unix_server(handle, "socket")
    print(await ask("socket"))
    server.close()
    await server.wait_closed()
    process = await asyncio.create_subprocess_exec("true")
    print(await process.wait())
    try:
        await asyncio.wait_for(slow(), 0.01)
    except asyncio.TimeoutError:
        print("too slow")
    left = asyncio.create_task(slow())
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.wait([left])


asyncio.run(main())
