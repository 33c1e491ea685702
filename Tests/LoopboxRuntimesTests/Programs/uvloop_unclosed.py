import asyncio
import gc

import uvloop


async def main():
    process = await asyncio.create_subprocess_exec("sleep", "0.2")
    del process
    gc.collect()


loop = uvloop.new_event_loop()
loop.run_until_complete(main())
loop.close()
del loop
gc.collect()
# needs: uvloop
# finding: unclosed-transport 8 | unclosed resource <UVProcessTransport closed=False | `await process.wait()`
