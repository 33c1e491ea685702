import asyncio
import os


async def main():
    loop = asyncio.get_running_loop()
    left, right = os.pipe()
    with open(right, "wb", 0) as pipe:
        transport, protocol = await loop.connect_write_pipe(asyncio.BaseProtocol, pipe)
        os.close(left)
        for number in range(10):
            transport.write(b"x")
        await asyncio.sleep(0)


asyncio.run(main())
# finding: write-after-connection-lost 12 x5 | pipe closed by peer
