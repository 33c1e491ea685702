import asyncio


async def main():
    open("file", "w").close()
    try:
        await asyncio.start_unix_server(print, "file/socket")
    except OSError:
        print("no server")


asyncio.run(main())
# finding: unix-socket-cleanup-failed 7 | Unable to check or remove stale UNIX socket
