# SPDX-License-Identifier: Apache-2.0
"""Does the work of LoopBench on Python's loops.

Usage: peers.py asyncio|asyncio-debug|uvloop TOPIC ...  -> a line `TOPIC PER-SECOND` for each.
"""
import asyncio
import sys
import threading
import time

DEBUG_SHARE = 20  # as Topic.debugShare


async def call_soon_chain(loop, count):
    done = loop.create_future()

    def step():
        nonlocal count
        count -= 1
        if count:
            loop.call_soon(step)
        else:
            done.set_result(None)

    loop.call_soon(step)
    await done


async def call_soon_burst(loop, count):
    done = loop.create_future()
    rounds, left = count // 1000, 0

    def begin():
        nonlocal left
        left = 1000
        for _ in range(1000):
            loop.call_soon(one)

    def one():
        nonlocal left, rounds
        left -= 1
        if left:
            return
        rounds -= 1
        if rounds:
            begin()
        else:
            done.set_result(None)

    begin()
    await done


async def timers(loop, count):
    def nothing():
        pass

    handles = [loop.call_later(10 + number % 1000 / 1000, nothing) for number in range(count)]
    for handle in handles:
        handle.cancel()
    await asyncio.sleep(0)


async def threadsafe(loop, count):
    done = loop.create_future()

    def nothing():
        pass

    def flood():
        for _ in range(count):
            loop.call_soon_threadsafe(nothing)
        loop.call_soon_threadsafe(done.set_result, None)

    threading.Thread(target=flood, daemon=True).start()
    await done


async def task_await(loop, count):
    async def nothing():
        pass

    for _ in range(count):
        await loop.create_task(nothing())


async def sleep_zero(loop, count):
    for _ in range(count):
        await asyncio.sleep(0)


async def generator(loop, count):
    async def numbers():
        for number in range(count):
            yield number

    async for _ in numbers():
        pass


class EchoServer(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


class EchoClient(asyncio.Protocol):
    def __init__(self, count, done):
        self.count, self.done, self.received = count, done, 0

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"a" * 64)

    def data_received(self, data):
        self.received += len(data)
        if self.received < 64:
            return
        self.received = 0
        self.count -= 1
        if self.count:
            self.transport.write(b"a" * 64)
        else:
            self.transport.close()
            self.done.set_result(None)


async def echo(loop, count):
    server = await loop.create_server(EchoServer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    done = loop.create_future()
    await loop.create_connection(lambda: EchoClient(count, done), "127.0.0.1", port)
    await done
    server.close()


async def spawn(loop, count):
    null = asyncio.subprocess.DEVNULL
    for _ in range(count):
        child = await asyncio.create_subprocess_exec(
            "/bin/true", stdin=null, stdout=null, stderr=null)
        await child.wait()


TOPICS = {  # the counts are those of Topic.count
    "callSoonChain": (call_soon_chain, 200_000),
    "callSoonBurst": (call_soon_burst, 400_000),
    "timers": (timers, 100_000),
    "threadsafe": (threadsafe, 100_000),
    "taskAwait": (task_await, 100_000),
    "sleepZero": (sleep_zero, 200_000),
    "generator": (generator, 500_000),
    "echo": (echo, 10_000),
    "spawn": (spawn, 200),
}


def main():
    kind, *names = sys.argv[1:]
    debug = kind == "asyncio-debug"
    for name in names:
        work, count = TOPICS[name]
        if debug:
            count //= DEBUG_SHARE

        async def measure():
            loop = asyncio.get_running_loop()
            start = time.perf_counter()
            await work(loop, count)
            return time.perf_counter() - start

        if kind == "uvloop":
            import uvloop

            seconds = uvloop.run(measure())
        else:
            seconds = asyncio.run(measure(), debug=debug)
        print(name, int(count / seconds), flush=True)


main()
