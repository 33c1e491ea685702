import asyncio


class Mailer:
    async def _send(self, address):
        await asyncio.sleep(0.001)
        raise ConnectionRefusedError(f"no route to {address}")

    def send_later(self, address):
        asyncio.create_task(self._send(address))


async def main():
    mailer = Mailer()
    mailer.send_later("ann@example.com")
    await asyncio.sleep(0.02)


asyncio.run(main())
# finding: task-exception-never-retrieved 7 | Mailer._send() failed and nobody looked: ConnectionRefusedError: no route to ann@example.com | Keep the task of `asyncio.create_task(self._send(address))` (line 10) and await it, or start it in a TaskGroup.
