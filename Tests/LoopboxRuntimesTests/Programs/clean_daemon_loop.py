import asyncio
import threading


async def work():
    while True:
        await asyncio.sleep(0.001)


def serve():
    asyncio.run(work())


threading.Thread(target=serve, daemon=True).start()
threading.Event().wait(0.05)
print("leaving")
