import asyncio
import gc

import uvloop


class Mailer:
    async def send(self, address):
        raise ConnectionRefusedError(address)

    def send_later(self, address):
        asyncio.create_task(self.send(address))


def show():
    print({}["name"])


async def forever():
    await asyncio.sleep(3600)


async def main():
    Mailer().send_later("ann")
    asyncio.get_running_loop().call_soon(show)
    await asyncio.sleep(0.05)
    gc.collect()
    kept = asyncio.create_task(forever())
    await asyncio.sleep(0)


asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main())
# needs: uvloop
# finding: task-exception-never-retrieved 9 | Mailer.send() failed and nobody looked | (line 12)
# creation: 33 24 12
# finding: callback-exception 16 | callback show() raised KeyError: 'name' | Catch KeyError in show()
# creation: 33 25
# finding: leaked-task 28 | the task of forever() was still running
