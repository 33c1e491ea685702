# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()

    def work():
        raise ValueError("oops")

    print(await loop.run_in_executor(None, lambda: 6 * 7))
    try:
        await loop.run_in_executor(None, work)
    except ValueError as error:
        print("failed", error)


asyncio.run(main())
