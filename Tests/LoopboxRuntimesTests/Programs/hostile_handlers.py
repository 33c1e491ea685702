import asyncio
import sys
import threading
import traceback
import warnings

sys.excepthook = lambda kind, value, trace: traceback.print_stack()
sys.unraisablehook = lambda event: traceback.print_stack()
threading.excepthook = lambda event: traceback.print_stack()


def show(message, category, path, line, file=None, text=None):
    print("shown", message)
    traceback.print_stack()


warnings.showwarning = show


async def fetch():
    pass


async def fail():
    raise ValueError("lost")


kept = []


def handler(loop, context):
    print("handled", context["message"], sorted(context))
    traceback.print_stack()
    task = loop.create_task(fetch())
    print([(frame.name, frame.lineno) for frame in task._source_traceback])
    kept.append(task)


class Late:
    def __del__(self):
        raise OSError


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    del task
    fetch()
    Late()
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()


asyncio.run(main())
raise KeyError("end")
# finding: task-exception-never-retrieved 25 | ValueError: lost
# finding: unraisable-exception 41 | OSError
# finding: coroutine-never-awaited 49 | 'fetch' was never awaited
# finding: thread-exception 51 | ZeroDivisionError
# finding: uncaught-exception 57 | KeyError: 'end'
