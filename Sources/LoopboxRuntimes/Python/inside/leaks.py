# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). What outlives its program: tasks that asyncio.run() has to cancel, threads that Python has to wait for, objects that only the system frees.

# By identity of a loop: identities of its tasks that were asked to end when it stopped last.
ending_tasks = {}


@guarded
def loop_stopped(loop):
    """The main coroutine, or whatever the loop ran until, is done."""
    ending_tasks[id(loop)] = {
        id(task) for task in tasks.all_tasks(loop) if told_to_end(task)
    }


@guarded
def loop_started(loop):
    """Looks whether this start is the one by which asyncio.run() waits for leftover tasks."""
    frame = get_frame(2)
    for _ in range(8):
        if frame is None:
            return
        code = frame.f_code
        if code.co_name == "_cancel_all_tasks" and is_library(code.co_filename):
            break
        frame = frame.f_back
    else:
        return
    variables = frame.f_locals
    leftover = list(variables.get("to_cancel") or ())
    if VERSION < (3, 13):
        # A copy, which the frame keeps.
        variables.clear()
    asked = ending_tasks.pop(id(loop), ())
    if sys.exc_info()[0] is not None:
        # The main coroutine did not return: what failed it is what matters.
        return
    for task in leftover:
        if id(task) in asked:
            continue
        fact = waiting_fact(task)
        maker = None
        for path, line, name in fact.get("created") or ():
            if not is_library(path):
                maker = (path, line)
            elif name in ("_run_once", "run", "run_until_complete"):
                # The library made it for itself: a server's for a connection, a generator's end.
                # Or it is the main one, which an exception from outside has left where it was.
                maker = None
        key = report.admits("leaked", maker) if maker else 0
        if key:
            report.send("leaked_task", {"key": key, "task": fact})


@guarded
def main_thread_ended():
    """Tells which threads Python has to wait for."""
    module = sys.modules["threading"]
    for thread in list(module._active.values()):
        if thread.daemon or thread is module.main_thread() or not thread.is_alive():
            continue
        makers = makers_of(thread)
        if makers:
            report.send("leaked_thread", {
                "thread": clipped(thread.name, 256), "allocated": makers,
            })


# By the path or the number that was given to open(): the program's frames that did so last.
opened_by = {}
# Of the directory that is read since the shortest time.
scanned_by = []
# Paths of which it is known who opened them; the older half goes when there are so many.
OPENED_MAX = 4000


@guarded
def file_opened(path):
    caller = get_frame(2).f_back
    if type(path) not in (str, bytes, int) or caller is None:
        return
    file = caller.f_code.co_filename
    # A transport's pipe is told as the transport's.
    if file.startswith("<frozen importlib") or type(path) is int and is_library(file):
        return
    if len(opened_by) >= OPENED_MAX:
        for name in list(opened_by)[: OPENED_MAX // 2]:
            del opened_by[name]
    opened_by.pop(path, None)
    opened_by[path] = own_stack(caller)


@guarded
def folder_read():
    global scanned_by
    scanned_by = own_stack(get_frame(2).f_back)


@guarded
def process_made(process):
    # A transport's is told as the transport's.
    caller = get_frame(2).f_back
    if caller is None or os.sep + "asyncio" + os.sep not in caller.f_code.co_filename:
        note_maker(process)
    else:
        made.pop(id(process), None)


class Processes:
    """What `subprocess.Popen` calls."""

    made = staticmethod(process_made)


def hook_subprocess(module):
    rewrite([module.Popen.__init__], Processes, ("begin", "__init__", "OURS.made(self)"))


def openers_of(value):
    """Who opened a file, or reads a directory, as far as that is known."""
    kind = type(value)
    stack = None
    if kind.__module__ == "_io" and hasattr(kind, "fileno"):
        name = getattr(value, "name", None)
        stack = opened_by.get(name) if type(name) in (str, bytes, int) else None
    elif kind.__name__ == "ScandirIterator":
        stack = scanned_by
    return [place(*entry) for entry in stack[::-1]] if stack else None


# By (kind, name): the program's frames that made a semaphore or shared memory.
tracked = {}
# How the system calls the file of an object of this kind, whose own name begins with a slash.
TRACKED_FILES = {"semaphore": "/dev/shm/sem.", "shared_memory": "/dev/shm/"}


class TrackerPipe:
    """`ResourceTracker._fd`, which is read where a message is about to be written.

    The tracker is another process, which tells what was left when this one is gone, if it is not
    killed before.
    """

    def __get__(self, tracker, owner=None):
        if tracker is None:
            return self
        frame = get_frame(1)
        # `_write` in newer versions.
        if frame.f_code.co_name in ("_send", "_write") and is_library(frame.f_code.co_filename):
            message_sent(frame)
        try:
            return tracker.__dict__["_fd"]
        except KeyError:
            raise AttributeError("_fd") from None

    def __set__(self, tracker, value):
        tracker.__dict__["_fd"] = value


@guarded
def message_sent(frame):
    """A message is `b"REGISTER:/psm_1:shared_memory"`."""
    variables = frame.f_locals
    message = variables.get("msg")
    if VERSION < (3, 13):
        # A copy, which the frame keeps.
        variables.clear()
    if type(message) is not bytes:
        return
    command, name, kind = message.decode().strip().split(":")
    if command == "REGISTER" and kind in TRACKED_FILES and len(tracked) < LATE_MAX:
        tracked.setdefault((kind, name), own_stack(frame))
    elif command == "UNREGISTER":
        tracked.pop((kind, name), None)


def tell_leaked_objects():
    """What another process, or the tracker itself, has removed is there no more."""
    for (kind, name), makers in tracked.items():
        try:
            path_status(TRACKED_FILES[kind] + name.lstrip("/"))
        except OSError:
            continue
        key = report.admits("leaked_object", kind, makers[0] if makers else None)
        if key:
            report.send("leaked_object", {
                "key": key,
                "category": kind,
                "message": clipped(name, 256),
                "allocated": [place(*entry) for entry in makers[::-1]],
            })


def hook_tracker(module):
    module.ResourceTracker._fd = TrackerPipe()
