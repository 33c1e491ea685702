import asyncio
import signal


async def save(order):
    print("saved", order)


async def main():
    loop = asyncio.get_running_loop()
    task = loop.create_task(save("tea"))
    while not task.done():
        loop._run_once()


signal.setitimer(signal.ITIMER_REAL, 1.0)
asyncio.run(main())
# finding: task-entered-twice 13
# finding: deadlock 13 | nothing can ever wake the event loop: main() steps it from inside | never step a loop from inside a task
# report: incomplete
