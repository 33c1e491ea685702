import asyncio
import gc
import weakref


class Session:
    def __init__(self):
        self.closed = False


async def work(session):
    await asyncio.sleep(0)
    session.closed = True


async def main():
    session = Session()
    reference = weakref.ref(session)
    task = asyncio.create_task(work(session))
    known = weakref.ref(task)
    await task
    weakref.finalize(session, print, "gone")
    del session, task
    gc.collect()
    await asyncio.sleep(0)
    print(reference(), known())


asyncio.run(main())
