# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def never(future):
        print("never")

    future.add_done_callback(never)
    future.add_done_callback(lambda future: print("kept"))
    print("removed", future.remove_done_callback(never))
    print("removed", future.remove_done_callback(never))
    future.set_result(None)
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
