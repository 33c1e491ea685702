import asyncio
import socket
import time


async def main():
    loop = asyncio.get_running_loop()
    shop, bank = socket.socketpair()
    shop.setblocking(False)

    def read():
        loop.remove_reader(shop)
        time.sleep(0.4)

    loop.add_reader(shop, read)
    bank.send(b"x")
    await asyncio.sleep(0.5)
    shop.close()
    bank.close()


asyncio.run(main())
# slow
# finding: slow-callback 13 | read() held the event loop for
