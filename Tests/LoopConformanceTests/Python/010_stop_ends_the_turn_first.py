# SPDX-License-Identifier: Apache-2.0

import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(print, "before")
loop.call_soon(loop.stop)
loop.call_soon(print, "after")
loop.call_soon(lambda: loop.call_soon(print, "next turn"))
loop.run_forever()
print("stopped")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
print("closed", loop.is_closed())
