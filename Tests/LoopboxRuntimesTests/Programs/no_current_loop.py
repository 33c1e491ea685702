import asyncio


async def main():
    pass


loop = asyncio.get_event_loop()
loop.run_until_complete(main())
loop.close()
# finding[3.12-3.13]: deprecated-no-current-loop 8 | There is no current event loop
# finding[3.14-]: uncaught-exception 8 | There is no current event loop
