# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Where everything stands: when nothing can ever wake a loop, and when the time is over.

def told_to_end(future, depth=0):
    """Whether somebody has asked a task to end."""
    cancelling = getattr(future, "cancelling", None)
    if cancelling is not None:
        return cancelling() > 0
    waiter = getattr(future, "_fut_waiter", None)
    if getattr(future, "_must_cancel", False) or future.cancelled():
        return True
    return waiter is not None and depth < 20 and told_to_end(waiter, depth + 1)


def is_idle_worker(code):
    """Whether a thread whose innermost frame has this code waits for work of an executor."""
    return code.co_name == "_worker" and is_library(code.co_filename)


def can_be_signalled(loop):
    """Whether a signal would run code of the program."""
    if getattr(loop, "_signal_handlers", None):
        return True
    import _signal

    for number in range(1, _signal.NSIG):
        try:
            handler = _signal.getsignal(number)
        except ValueError:
            continue
        if callable(handler) and handler is not _signal.default_int_handler:
            if handler is tick:
                continue
            # A Runner's own, which only cancels the main task.
            inner = getattr(handler, "func", None)
            if getattr(inner, "__qualname__", "") != "Runner._on_sigint":
                return True
    return False


def kernel_threads():
    """How many threads the kernel counts; None where the sandbox hides /proc, from the interpreter
    too."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return None


def has_foreign_threads(known):
    """Whether there may be threads that Python does not know; they may call in at any time."""
    count = kernel_threads()
    if count is not None:
        return count > known
    # Somebody's code in C has to make them: the library's own does not.
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name == "_ctypes" or type(path) is str and path.endswith(".so") and not is_library(path):
            return True
    return False


def has_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def has_interpreters():
    """Whether there may be other interpreters: looking at all threads walks through theirs, which may
    be ending."""
    return not sys.modules.keys().isdisjoint(
        ("_interpreters", "_xxsubinterpreters", "concurrent.interpreters"))


def other_threads():
    """By thread: the code and the instruction where it is, but for this one. No frame is kept."""
    mine = get_ident()
    return {
        ident: (frame.f_code, frame.f_lasti)
        for ident, frame in current_frames().items() if ident != mine
    }


def resting_place(loop, frame):
    """Where the loop's thread, this one, waits in `frame`, if nothing can ever end that; else None.

    Nothing can: the loop has no timer and watches nothing but its own pipe, no other thread is
    doing anything, there is no child, and no signal has a handler.
    """
    values = loop.__dict__
    if values.get("_ready") or values.get("_scheduled") or values.get("_stopping"):
        return None
    selector = values.get("_selector")
    if type(selector).__module__ != "selectors" or has_interpreters():
        return None
    own_pipe = values["_ssock"].fileno()
    if any([key.fd != own_pipe for key in list(selector.get_map().values())]):
        return None
    code = frame.f_code
    if code.co_name != "select" or not is_library(code.co_filename):
        return None
    others = other_threads()
    if not all([is_idle_worker(place[0]) for place in others.values()]):
        return None
    if has_foreign_threads(len(others) + 1) or can_be_signalled(loop) or has_children():
        return None
    return (id(code), frame.f_lasti, [place[1] for place in others.values()])


def awaited_call(coroutine):
    """The qualified name of the library's coroutine that the program's own awaits, if any."""
    name = None
    for _ in range(200):
        code = getattr(coroutine, "cr_code", None)
        if code is None:
            break
        if not is_library(code.co_filename):
            name = None
        elif name is None and not plain_name(coroutine).startswith("_"):
            name = plain_name(coroutine)
        coroutine = coroutine.cr_await
    return name


def is_in_executor(future):
    """Whether a future is what asyncio made of one of `concurrent.futures`."""
    return any([
        plain_name(entry[0]).startswith("_chain_future.")
        for entry in getattr(future, "_callbacks", None) or () if type(entry) is tuple
    ])


def waiting_fact(task):
    """A task, where it stands, and what it waits for."""
    coroutine = task.get_coro()
    fact = {"id": id(task), "name": clipped(task.get_name(), 256)}
    if coroutine is not None:
        whole = coroutine_fact(coroutine)
        fact["coroutine"] = {key: value for key, value in whole.items() if key != "origin"}
        fact["call"] = awaited_call(coroutine)
    created = getattr(task, "_source_traceback", None)
    if created:
        fact["created"] = stack_of_summary(created)
    waiter = getattr(task, "_fut_waiter", None)
    children = getattr(waiter, "_children", None)
    fact["waits"] = waiter is not None
    if isinstance(waiter, tasks.Task):
        fact["for"] = [id(waiter)]
    elif waiter is not None:
        fact["executor"] = sum([is_in_executor(future) for future in children or [waiter]])
    if type(children) is list:
        fact["for"] = [id(child) for child in children[:WAITED_MAX] if not child.done()]
    return fact


def thread_facts(frame):
    """Where threads are; this one is in `frame`."""
    active = getattr(sys.modules.get("threading"), "_active", {})
    mine = get_ident()
    frames = {mine: frame} if has_interpreters() else {**current_frames(), mine: frame}
    facts = []
    while frames and len(facts) < THREADS_MAX:
        ident, frame = frames.popitem()
        if not is_idle_worker(frame.f_code):
            thread = active.get(ident)
            facts.append({
                "name": clipped(thread.name if thread is not None else "", 256),
                "stack": stack_from(frame),
            })
    return facts[::-1]


def flush_output():
    """The program will be killed, and what it has printed may still be in its buffers."""
    for stream in (sys.stdout, sys.stderr):
        if type(stream).__module__ == "_io":
            stream.flush()


def tell_standing(reason, frame):
    """Tells where every task and every thread stands; this one stands in `frame`."""
    write_no_stacks()
    flush_timeline(True)
    if reason == "deadlock":
        # Nobody can be at it; and the end comes at once when this is told.
        flush_output()
    found = []
    for watched in list(watched_loops.values()):
        found += [task for task in tasks.all_tasks(watched.loop) if not task.done()]
    found.sort(key=lambda task: (len(task.get_name()), task.get_name()))
    told = []
    for task in found[:TASKS_MAX]:
        told.append(waiting_fact(task))
    report.send("standing", {
        "reason": reason, "tasks": told, "total": len(found), "threads": thread_facts(frame),
    })
    if reason != "deadlock":
        # This may wait for a thread that writes and can't.
        flush_output()
