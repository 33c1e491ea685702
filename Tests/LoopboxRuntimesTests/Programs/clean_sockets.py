import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        listener.listen()
        listener.setblocking(False)
        with socket.socket(socket.AF_UNIX) as client:
            client.setblocking(False)
            accepting = asyncio.create_task(loop.sock_accept(listener))
            await loop.sock_connect(client, "socket")
            server, _ = await accepting
            with server:
                await loop.sock_sendall(client, b"hello")
                print(await loop.sock_recv(server, 100))


asyncio.run(main())
