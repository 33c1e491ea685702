# While callbacks are short, nobody sends a signal.
import asyncio, signal, socket

reader, writer = socket.socketpair()
reader.setblocking(False)
writer.setblocking(False)
signal.set_wakeup_fd(writer.fileno())


async def main():
    for _ in range(10):
        await asyncio.sleep(0.06)
    await asyncio.to_thread(pow, 2, 3)
    print(signal.sigpending(), signal.pthread_sigmask(signal.SIG_BLOCK, []))


asyncio.run(main())
try:
    print(reader.recv(10))
except BlockingIOError:
    print("no signal")
print([signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGUSR1)])
signal.set_wakeup_fd(-1)
reader.close()
writer.close()
