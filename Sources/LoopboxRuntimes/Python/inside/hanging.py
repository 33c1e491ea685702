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
            # A Runner's own, which only cancels the main task.
            inner = getattr(handler, "func", None)
            if getattr(inner, "__qualname__", "") != "Runner._on_sigint":
                return True
    return False


def has_foreign_threads(known):
    """Whether there are threads that Python does not know; they may call in at any time."""
    # Where nothing is known: a library of the program's own that makes such threads has to hand
    # their results over somehow, and then the loop watches a descriptor for it.
    return kernel_threads() not in (None, known + dumps_stacks)


def has_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def resting_place(loop):
    """Where the loop's thread waits, if nothing can ever end that; else None.

    Nothing can: the loop has no timer and watches nothing but its own pipe, no other thread is
    doing anything, there is no child, and no signal has a handler.
    """
    values = loop.__dict__
    if values.get("_ready") or values.get("_scheduled") or values.get("_stopping"):
        return None
    selector = values.get("_selector")
    if type(selector).__module__ != "selectors":
        return None
    own_pipe = values["_ssock"].fileno()
    if any([key.fd != own_pipe for key in list(selector.get_map().values())]):
        return None
    place, us, thread = None, get_ident(), values.get("_thread_id")
    threads = current_frames()
    for ident, frame in threads.items():
        if ident == thread:
            if frame.f_code.co_name != "select" or not is_library(frame.f_code.co_filename):
                return None
            place = (id(frame.f_code), frame.f_lasti)
        elif ident != us and not is_idle_worker(frame.f_code):
            return None
    if has_foreign_threads(len(threads)) or can_be_signalled(loop) or has_children():
        return None
    return place


def look_for_oversleeping(watched):
    """Tells of a selector that still waits although a timer has long been due.

    A selector that waits for I/O is as it should be. Several looks, as a process may have been
    stopped, and only within `select`, as a loop may have much to do before its timers.
    """
    loop = watched.loop
    values = loop.__dict__
    timers = values.get("_scheduled")
    if not timers or watched.overslept is None or type(loop).time is not loop_time:
        return
    late = time.monotonic() - timers[0]._when
    stack = watched.stack()
    if (late < loop.slow_callback_duration + OVERSLEPT_SECONDS or timers[0]._cancelled
            or not stack or stack[-1][0].co_name != "select"):
        watched.overslept = 0
        return
    watched.overslept += 1
    if watched.overslept == OVERSLEPT_LOOKS:
        watched.overslept = None
        report.send("overslept", {
            "seconds": late, "stack": [place(*entry) for entry in stack[::-1]],
        })


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


def thread_facts():
    module = sys.modules.get("threading")
    active = getattr(module, "_active", {})
    facts = []
    for ident, frame in list(current_frames().items())[:THREADS_MAX]:
        if ident != get_ident() and not is_idle_worker(frame.f_code):
            thread = active.get(ident)
            facts.append({
                "name": clipped(thread.name if thread is not None else "", 256),
                "stack": stack_from(frame),
            })
    return facts


def flush_output():
    """The program will be killed, and what it has printed may still be in its buffers."""
    for stream in (sys.stdout, sys.stderr):
        if type(stream).__module__ == "_io":
            stream.flush()


def tell_standing(reason):
    """Tells where every task and every thread stands."""
    dump_no_stacks()
    flush_timeline(True)
    if reason == "deadlock":
        # Nobody can be at it; and the end comes at once when this is told.
        flush_output()
    found = []
    for watched in list(watcher.loops.values()):
        found += [task for task in tasks.all_tasks(watched.loop) if not task.done()]
    found.sort(key=lambda task: (len(task.get_name()), task.get_name()))
    told = []
    for task in found[:TASKS_MAX]:
        told.append(waiting_fact(task))
    report.send("standing", {
        "reason": reason, "tasks": told, "total": len(found), "threads": thread_facts(),
    })
    if reason != "deadlock":
        # This may wait for a thread that writes and can't.
        flush_output()
