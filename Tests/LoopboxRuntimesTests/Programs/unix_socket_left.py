import asyncio
import os


async def main():
    os.mkdir("folder")
    server = await asyncio.start_unix_server(print, "folder/socket")
    os.rename("folder", "other")
    open("folder", "w").close()
    server.close()
    await server.wait_closed()


asyncio.run(main())
# finding[3.13-]: unix-socket-cleanup-failed 10 | Unable to clean up listening UNIX socket
