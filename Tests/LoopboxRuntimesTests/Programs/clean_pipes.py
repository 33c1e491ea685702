import asyncio
import os


async def main():
    loop = asyncio.get_running_loop()
    left, right = os.pipe()
    reader = asyncio.StreamReader()
    reading, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), open(left, "rb", 0))
    writing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, open(right, "wb", 0))
    writing.write(b"one\ntwo\n")
    writing.close()
    print(await reader.readline(), await reader.read())
    reading.close()
    await asyncio.sleep(0)


asyncio.run(main())
