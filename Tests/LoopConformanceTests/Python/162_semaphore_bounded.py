# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    semaphore = asyncio.BoundedSemaphore(1)
    await semaphore.acquire()
    print(semaphore.locked())
    semaphore.release()
    try:
        semaphore.release()
    except ValueError:
        print("too many times")


asyncio.run(main())
