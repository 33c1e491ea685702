# SPDX-License-Identifier: Apache-2.0

import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(lambda: (print("first turn"), loop.call_soon(print, "second turn")))
loop.stop()
loop.run_forever()
print("stopped")
loop.stop()
loop.run_forever()
print("stopped again")
loop.stop()
loop.run_forever()
print("nothing to do")
loop.close()
