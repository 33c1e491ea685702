# SPDX-License-Identifier: Apache-2.0

import asyncio

loop = asyncio.new_event_loop()
future = loop.create_future()
loop.call_soon(print, "first")
loop.call_soon(future.set_result, 5)
loop.call_soon(print, "third")
print(loop.run_until_complete(future))
loop.call_soon(print, "left for the next run")
other = loop.create_future()
loop.call_soon(loop.stop)
try:
    loop.run_until_complete(other)
except RuntimeError:
    print("stopped early")
other.cancel()
loop.close()
