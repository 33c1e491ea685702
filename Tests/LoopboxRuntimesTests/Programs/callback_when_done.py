import asyncio
import signal


async def show(task):
    print("got", task.result())


async def fetch():
    return {}


async def main():
    task = asyncio.create_task(fetch())
    task.add_done_callback(show)
    await task
    await asyncio.sleep(0)


# Nobody else ends it here.
signal.setitimer(signal.ITIMER_REAL, 1.0)
asyncio.run(main())
# finding: coroutine-as-callback 15 | TypeError: coroutines cannot be used with call_soon() | `show` is a coroutine function, which nobody would await: make it a plain function, or await `task` in a coroutine and then `show(task)`.
# finding: deadlock 16 | nothing can ever wake the event loop: main() waits for another task | Look at what each task waits for: something has to complete one of them.
# report: incomplete
