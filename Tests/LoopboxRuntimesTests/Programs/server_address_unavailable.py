import asyncio


async def main():
    # The second address is nobody's: it is reserved for documentation.
    server = await asyncio.start_server(print, ["127.0.0.1", "192.0.2.1"], 0)
    server.close()
    await server.wait_closed()


asyncio.run(main())
# versions: 3.13-
# finding: server-address-skipped 6 | error while attempting to bind on address
