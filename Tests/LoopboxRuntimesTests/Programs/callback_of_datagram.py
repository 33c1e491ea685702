import asyncio


class Orders(asyncio.DatagramProtocol):
    def datagram_received(self, data, sender):
        self.count(data)

    def count(self, data):
        print("order", int(data))


async def main():
    loop = asyncio.get_running_loop()
    shop, _ = await loop.create_datagram_endpoint(Orders, local_addr=("127.0.0.1", 0))
    shop.sendto(b"tea", shop.get_extra_info("sockname"))
    await asyncio.sleep(0.05)
    shop.close()
    await asyncio.sleep(0)


asyncio.run(main())
# finding: callback-exception 9 | callback datagram_received() raised ValueError | Catch ValueError in datagram_received()
