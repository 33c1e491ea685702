# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). What outlives its program: tasks that asyncio.run() has to cancel, threads that Python has to wait for.

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


class MakerNoted:
    """`Thread._target`, whose first assignment tells who makes the thread."""

    def __set__(self, thread, value):
        if "_target" not in thread.__dict__:
            note_maker(thread)
        thread.__dict__["_target"] = value

    def __delete__(self, thread):
        thread.__dict__.pop("_target", None)


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


def hook_thread_makers(module):
    module.Thread._target = MakerNoted()
    module._register_atexit(main_thread_ended)
