# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Slow callbacks, and the thread that looks where they are.

# By thread: the number of the frame of the slow callback that is about to be logged.
slow_told = {}
# The library's module `asyncio.tasks`, for the double below.
tasks = None


def _format_handle(handle):
    slow_seen(handle); cb = handle._callback
    if isinstance(getattr(cb, '__self__', None), tasks.Task):
        # format the task
        return repr(cb.__self__)
    else:
        return str(handle)


@guarded
def slow_seen(handle):
    """A callback took longer than it may; only called by `_run_once`, which knows how long."""
    frame = get_frame(3)
    variables = frame.f_locals
    seconds, started = variables.get("dt"), variables.get("t0")
    loop = variables.get("self")
    if VERSION < (3, 13):
        # A copy, which the frame keeps: it would hold on to the handle.
        variables.clear()
    if type(seconds) is not float or frame.f_code.co_name != "_run_once":
        return
    begin = clock() - int(seconds * 1e9)
    if type(started) is float and 0 <= begin - started * 1e9 < 1e9:
        # The loop's clock is ours, unless the program gave it another: this is exact.
        begin = int(started * 1e9)
    slow_told[get_ident()] = tell_slow(
        watcher.loops.get(id(loop)), begin, seconds, handle_code(handle),
        lambda: running_fact(handle))


def tell_slow(watched, begin, seconds, code, fact_of):
    """Tells of a callback that began at `begin` and took `seconds`; gives the number of what was
    sent, 0 if there was nothing to tell.

    `code` is what it runs, and `fact_of` gives what is to be told of it.
    """
    tally = {}
    if watched is not None:
        # What we do once it has ended is no part of what it took.
        seconds -= watched.taken_since(begin, begin + int(seconds * 1e9))
        if seconds < watched.loop.slow_callback_duration:
            return 0
        for moment, stack in list(watched.samples):
            if moment >= begin and not watched.was_taken(moment):
                tally[stack] = tally.get(stack, 0) + 1
    stack = max(tally, key=tally.get) if tally else ()
    inner = stack[0][0].co_filename + str(stack[0][2]) if stack else None
    key = report.admits("slow", inner, code)
    if not key:
        return 0
    fact = {"key": key, "seconds": seconds, **fact_of()}
    if stack:
        fact["stack"] = [place(*entry) for entry in stack[::-1]]
    return report.send("slow", fact)


def task_stepped_by(handle):
    """The task whose step a handle is; None: it is another callback."""
    task = getattr(getattr(handle, "_callback", None), "__self__", None)
    return task if isinstance(task, tasks.Task) else None


def handle_code(handle):
    task = task_stepped_by(handle)
    coroutine = task.get_coro() if task is not None else None
    return (getattr(coroutine, "cr_code", None)
            or getattr(getattr(handle, "_callback", None), "__code__", None))


def running_fact(handle):
    """What a handle runs."""
    fact = {"handle_id": id(handle)}
    task = task_stepped_by(handle)
    if task is not None:
        fact["task"] = future_fact_guarded(task)
    else:
        fact["handle"] = handle_fact(handle)
        created = getattr(handle, "_source_traceback", None)
        if created:
            fact["created"] = stack_of_summary(created)
    return fact


class Watched:
    """What the watcher knows of one running loop."""

    def __init__(self, loop):
        self.loop = loop
        self.samples = []
        self.handle = None
        self.resting_place = None
        self.since = 0
        self.told = UNENDING_SECONDS
        # Looks in a row at which its selector had overslept; None: that has been told.
        self.overslept = 0
        # Of the loop's time: (beginning, nanoseconds) of what was ours, one after the other.
        self.taken = []

    def thread(self):
        """The one that runs it; None: it has stopped."""
        return self.loop.__dict__.get("_thread_id")

    def running(self):
        """The callback that runs now, as (identity, what `running_fact` takes); None: none does."""
        handle = self.loop.__dict__.get("_current_handle")
        return None if handle is None else (id(handle), handle)

    running_fact = staticmethod(running_fact)

    def is_base(self, frame):
        """Whether `frame` is the one that runs the callbacks."""
        return frame.f_code is run_once

    def stack(self):
        """The running callback's stack, innermost first, without a reference to any of its
        frames."""
        frame = current_frames().get(self.thread())
        stack = []
        while frame is not None and len(stack) < 200:
            if self.is_base(frame):
                if len(stack) > STACK_MAX:
                    stack = stack[: STACK_MAX // 2] + stack[-STACK_MAX // 2 :]
                return tuple(stack)
            stack.append((frame.f_code, frame.f_lasti, frame.f_lineno))
            frame = frame.f_back
        return ()

    def take(self, begin, end):
        spans = self.taken
        # What lies inside the new one is in it already.
        while spans and spans[-1][0] >= begin:
            spans.pop()
        if len(spans) >= SPANS_MAX:
            spans[:] = [
                (one[0], one[1] + other[1]) for one, other in zip(spans[::2], spans[1::2])
            ]
        spans.append((begin, end - begin))

    def taken_since(self, begin, end=1 << 63):
        """Seconds of what was ours and began between the two."""
        return sum([span for start, span in self.taken if begin <= start < end]) / 1e9

    def was_taken(self, moment):
        return any([start <= moment <= start + span for start, span in self.taken])


class Watcher:
    """A thread that looks now and then where a running callback is.

    It looks twice as often as a callback may last, so that no slow one escapes, and sleeps in
    between. It is no `Thread`: the program would see it. It is not there during a fork(), about
    which newer interpreters warn where there are threads, nor when the interpreter is taken down,
    which older ones do not survive with a thread that is about to end.
    """

    def __init__(self, begun):
        self.begun = begun
        self.loops = {}
        # Held by the thread's owner; released to wake it.
        self.awake = None
        self.native = 0
        self.is_idle = False
        self.samples_stacks = config.get("blocking_stack", True)
        self.looks_for_deadlock = config.get("deadlock", True)
        # When the program's time is nearly over; 0: told, or not to be told.
        self.tells_at = config.get("standing_at", 0) and begun + int(config["standing_at"] * 1e9)
        self.is_over = not (self.samples_stacks or self.looks_for_deadlock or self.tells_at
                            or config.get("timeline", "off") != "off")

    def start(self):
        if not self.loops or self.is_over:
            return
        if self.awake is not None:
            if self.is_idle:
                self.is_idle = False
                self.awake.release()
            return
        self.awake = _thread.allocate_lock()
        self.awake.acquire()
        try:
            _thread.start_new_thread(self.watch, (self.awake,))
        except RuntimeError:
            self.awake = None

    def start_later(self):
        """Starts after the running callback: a fork in it counts the threads at its very end."""
        for watched in self.loops.values():
            kind = type(watched.loop)
            if "_current_handle" not in kind.__dict__:
                kind._current_handle = Noticed("_current_handle", self.callback_ended)

    def callback_ended(self, loop, handle):
        try:
            del type(loop)._current_handle
        except AttributeError:
            # Another thread's loop was first.
            pass
        self.start()
        dump_stacks_later(self.begun)

    def stop(self):
        """Ends the thread and waits until the kernel has forgotten it."""
        awake, self.awake = self.awake, None
        if awake is None:
            return
        try:
            awake.release()
        except RuntimeError:
            # It was awake already.
            pass
        for _ in range(400):
            if self.native and not os.path.exists("/proc/self/task/%d" % self.native):
                break
            time.sleep(0.0005)
        self.native = 0

    def watch(self, awake):
        self.native = _thread.get_native_id()
        interval = 0.05
        while True:
            # In this order: a loop that starts in between wakes us.
            self.is_idle = True
            if self.loops:
                self.is_idle = False
            is_called = awake.acquire(True, self.patience(interval))
            if awake is not self.awake:
                return
            if not is_called:
                try:
                    interval = self.look()
                except Exception:
                    pass

    def patience(self, interval):
        """Seconds until the next look; -1: until somebody calls."""
        until = (self.tells_at - clock()) / 1e9 if self.tells_at else -1
        if self.is_idle:
            return max(until, 0.001) if self.tells_at else -1
        return max(min(interval, until), 0.001) if self.tells_at else interval

    def look(self):
        """Takes the stacks of what runs now; gives the seconds until the next time."""
        shortest = 0.5
        now = clock()
        if self.tells_at and now >= self.tells_at:
            self.tells_at = 0
            tell_standing("time")
            for watched in list(self.loops.values()):
                # What holds the loop now will not come to its end.
                watched.told = watched.loop.slow_callback_duration
        if sys.unraisablehook is not unraisablehook:
            begin_audit()
        for watched in list(self.loops.values()):
            loop = watched.loop
            shortest = min(shortest, loop.slow_callback_duration)
            running = watched.running()
            if running is None:
                watched.handle = None
                look_for_oversleeping(watched)
                if self.looks_for_deadlock and len(self.loops) == 1:
                    self.look_for_deadlock(watched)
                continue
            if not self.samples_stacks:
                continue
            if running[0] != watched.handle:
                watched.handle, watched.since = running[0], now
                watched.told = max(UNENDING_SECONDS, 2 * loop.slow_callback_duration)
            stack = watched.stack()
            if not stack:
                continue
            if len(watched.samples) >= SAMPLES_MAX:
                del watched.samples[::2]
            watched.samples.append((now, stack))
            seconds = (now - watched.since) / 1e9 - watched.taken_since(watched.since)
            if seconds >= watched.told:
                watched.told = seconds * 2
                report.send("blocking", {
                    "seconds": seconds, "stack": [place(*entry) for entry in stack[::-1]],
                    **watched.running_fact(running[1]),
                })
        # Last: a system call lets the callback go on.
        if timeline is not None and moment() - timeline.flushed >= FLUSH_SECONDS:
            flush_timeline(False, True)
        return min(max(shortest / 2, 0.005), 0.25)

    def look_for_deadlock(self, watched):
        """Twice the same place, with a look's time in between: the loop does not run at all."""
        place = resting_place(watched.loop)
        if place is not None and place == watched.resting_place:
            self.looks_for_deadlock = False
            tell_standing("deadlock")
        watched.resting_place = place
