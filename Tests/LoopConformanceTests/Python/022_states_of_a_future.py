# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    for attempt in (future.result, future.exception):
        try:
            attempt()
        except asyncio.InvalidStateError:
            print("not yet")
    future.set_result(1)
    try:
        future.set_result(2)
    except asyncio.InvalidStateError:
        print("already")
    print(future.result(), future.exception(), future.cancel(), future.cancelled())
    other = loop.create_future()
    print(other.cancel(), other.cancel(), other.done(), other.cancelled())
    try:
        other.result()
    except asyncio.CancelledError:
        print("cancelled")


asyncio.run(main())
