# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). uvloop, whose loop is written in C: what can be seen of it, and how.
#
# Its loop has neither the attributes nor the functions that are hooked of asyncio's. But `Loop` is
# a class of Python's on top of the one in C, which looks some methods up by their names, at moments
# that are as good. What has no such moment can't be seen: when a callback begins and ends, what
# timers and descriptors there are, who makes a transport.

# Entries (file, line, function) of where loops were run, for `printed_origin`.
runs = set()


class LookedUp:
    """A method of uvloop's loop; `notice` is called with the loop and the frame that looks it up."""

    def __init__(self, method, notice):
        self.method = method
        self.notice = notice

    def __get__(self, loop, owner=None):
        if loop is None:
            return self.method
        self.notice(loop, get_frame(1))
        return self.method.__get__(loop, owner)


@guarded
def uvloop_started(loop, frame):
    """Here it has set the depth of origins and is about to run; `frame` is where it does so."""
    global uvloop_told
    if not uvloop_told:
        uvloop_told = True
        report.send("uvloop", {})
    seconds = config.get("slow_callback_duration")
    if seconds is not None and loop.slow_callback_duration == 0.1:
        loop.slow_callback_duration = float(seconds)
    loop_started(loop)
    if loop.get_debug():
        code = frame.f_code
        if len(runs) < PLACES_MAX:
            runs.add((code.co_filename, frame.f_lineno, code.co_name))
        if process_id() == watcher.process:
            watched_loops[identity(loop)] = WatchedInC(loop, frame)


uvloop_told = False


@guarded
def uvloop_stopping(loop, frame):
    watched = watched_loops.pop(identity(loop), None)
    if watched is not None:
        watched.end()
    loop_stopped(loop)
    # By the main task's end, if nobody in Python says it.
    if "stop" in frame.f_code.co_names:
        stopped_by[get_ident()] = own_stack(frame)
    elif watched is None:
        stopped_by.pop(get_ident(), None)


class ContextInC:
    """`call_exception_handler`: `type.__call__`, which is C, calls `__new__` and then uvloop's
    method in place of `__init__`. No frame of ours lies beneath the program's handler."""

    def __new__(cls, loop, context):
        context_seen(context)
        return object.__new__(cls)


class Handler:
    """A method of `ContextInC` that is bound to nothing."""

    def __init__(self, method):
        self.method = method

    def __get__(self, instance, owner=None):
        return self.method


class ContextsInC:
    """`call_exception_handler` of uvloop's loop."""

    def __init__(self, method):
        self.method = method

    def __get__(self, loop, owner=None):
        return self.method if loop is None else partial(ContextInC, loop)


class WatchedInC(Watched):
    """A running loop whose callbacks are known by the frames above the one that runs it."""

    # uvloop's `call_soon_threadsafe`.
    call_soon = None

    def __init__(self, loop, frame):
        Watched.__init__(self, loop)
        # The frame lives for as long as the loop runs: its identity tells it.
        self.runner = id(frame)
        # Turns of the loop that were noticed: in each it empties the list.
        self.turns, self.mark = 0, []
        # The callback that was running when it was looked for last, and since when.
        self.seen = (None, 0.0)
        # Nothing says when it begins with a callback: it is looked at all the time.
        self.arm(moment())

    def thread(self):
        return self.ident if self.loop.is_running() else None

    def is_base(self, frame):
        return id(frame) == self.runner

    def running(self, frame):
        outermost = None
        while frame is not None and not self.is_base(frame):
            outermost, frame = frame, frame.f_back
        if outermost is None or frame is None:
            self.seen = (None, 0.0)
            return None
        task = tasks.current_task(self.loop)
        number = id(outermost)
        if not self.mark:
            self.turns += 1
            self.mark.append(None)
            self.call_soon(self.loop, self.mark.clear)
        # In one turn of the loop a task has one step at most.
        if self.seen[0] != (number, self.turns):
            self.seen = ((number, self.turns), moment())
        return (number, outermost.f_code, task and weak_reference(task))

    def began(self):
        return self.seen[1]

    def sample(self, stack):
        self.samples.append((moment(), stack))
        del self.samples[:-SAMPLES_MAX]

    def ticked(self, frame, is_over):
        Watched.ticked(self, frame, is_over)
        self.tick_again(0)

    def tick_again(self, seconds):
        if self.alarm is not None:
            self.alarm.set(self.base)
            self.urgent.set(UNENDING_SECONDS)

    @staticmethod
    def running_fact(running):
        number, code, reference = running
        task = reference and reference()
        fact = {"handle_id": number}
        if task is not None:
            fact["task"] = future_fact_guarded(task)
        else:
            fact["handle"] = {
                "name": clipped(getattr(code, "co_qualname", code.co_name), 256),
                "def": defined(code),
            }
        return fact


def slow_in_c(watched, shown, seconds):
    """uvloop says how long the callback took that it shows as `shown`."""
    begin = clock() - int(seconds * 1e9)
    name = name_shown(shown)
    return tell_slow(watched, begin, seconds, name, lambda: {"handle": {"name": name}})


def name_shown(text):
    """The name in `<Task pending name='Task-1' coro=<work() running at …` or `<Handle work created
    at …`."""
    name = text.partition("coro=<")[2].partition("(")[0] or text.partition(" ")[2]
    name, _, place = name.partition(" created at ")
    return clipped(name if place else name.rstrip(">"), 256)


def is_asked_in_c(method):
    """Whether no function of Python's called the method of the logger whose frame is `method`."""
    caller = method.f_back
    return (ContextInC.__init__ is not object.__init__
            and (caller is None or method.f_code.co_name not in caller.f_code.co_names))


def record_made_in_c(message, arguments, text, exception):
    if message.startswith("Executing %"):
        for watched in list(watched_loops.values()):
            if watched.thread() == get_ident():
                tell_raw(slow_in_c(watched, *arguments), text, None)
        return
    number, _, told = contexts.pop(get_ident(), (0, 0, ""))
    if number and text.startswith(told):
        tell_raw(number, text, exception)
        return
    key = report.admits("log", "", text[:40])
    if key:
        caught = exception[1] if type(exception) is tuple else None
        fact = {"key": key, "message": clipped(text)}
        if caught is not None:
            fact["exception"] = exception_fact(caught, set())
        report.send("log", fact)


def make_uvloop():
    """The loop of the default policy, where uvloop is asked for."""
    import uvloop

    return uvloop.Loop()


def hook_uvloop(module):
    global partial
    from functools import partial

    loop = module.Loop
    WatchedInC.call_soon = staticmethod(loop.call_soon_threadsafe)
    loop._asyncgen_firstiter_hook = LookedUp(loop._asyncgen_firstiter_hook, uvloop_started)
    loop.stop = LookedUp(loop.stop, uvloop_stopping)
    ContextInC.__init__ = Handler(loop.call_exception_handler)
    loop.call_exception_handler = ContextsInC(loop.call_exception_handler)


def hook_policy(module):
    if config.get("loop") == "uvloop":
        module._UnixDefaultEventLoopPolicy._loop_factory = staticmethod(make_uvloop)
