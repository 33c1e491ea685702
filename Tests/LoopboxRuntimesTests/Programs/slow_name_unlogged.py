import asyncio
import socket
import time


def getaddrinfo(*arguments):
    time.sleep(0.3)
    return []


async def main():
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)


socket.getaddrinfo = getaddrinfo
asyncio.run(main())
# slow
# finding: slow-name-resolution - | Getting address info localhost:80 took
