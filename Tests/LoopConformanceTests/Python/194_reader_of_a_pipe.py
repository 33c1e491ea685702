# SPDX-License-Identifier: Apache-2.0

import asyncio
import os


async def main():
    loop = asyncio.get_running_loop()
    reading, writing = os.pipe()
    loop.add_reader(reading, lambda: print("read", os.read(reading, 1)[0]))
    os.write(writing, b"\x01\x02")
    await asyncio.sleep(0.05)
    print(loop.remove_reader(reading), loop.remove_reader(reading))
    os.write(writing, b"\x01")
    await asyncio.sleep(0.02)
    print("end")


asyncio.run(main())
