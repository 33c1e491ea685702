import asyncio
import os


async def main():
    loop = asyncio.get_running_loop()
    left, right = os.pipe()
    got = loop.create_future()
    loop.add_reader(left, lambda: got.set_result(os.read(left, 10)) or loop.remove_reader(left))
    loop.add_writer(right, lambda: os.write(right, b"x") and loop.remove_writer(right))
    print(await got)
    os.close(left)
    os.close(right)


asyncio.run(main())
