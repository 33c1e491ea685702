import asyncio
import contextvars
import signal

name = contextvars.ContextVar("name", default="none")


async def main():
    loop = asyncio.get_running_loop()
    name.set("main")
    done = loop.create_future()
    loop.call_later(0.01, done.set_result, 1)
    timer = loop.call_later(10, print, "never")
    timer.cancel()
    print(await done, name.get())
    got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    signal.raise_signal(signal.SIGUSR1)
    await got.wait()
    loop.remove_signal_handler(signal.SIGUSR1)


asyncio.run(main())
