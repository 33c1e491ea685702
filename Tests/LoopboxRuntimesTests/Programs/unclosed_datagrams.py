import asyncio


async def main():
    loop = asyncio.get_running_loop()
    prices, protocol = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))


asyncio.run(main())
# finding: unclosed-transport 6 | unclosed transport | Call `prices.close()` before the loop ends.
