# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Slow callbacks: what is known of a running loop, and what is told when a callback was too slow.

# By thread: the number of the frame of the slow callback that is about to be logged.
slow_told = {}
# The library's module `asyncio.tasks`.
tasks = None
# By identity: what is known of the loops that run in debug mode.
watched_loops = {}


def tell_slow(watched, begin, seconds, code, fact_of):
    """Tells of a callback that began at `begin` and took `seconds`; gives the number of what was
    sent, 0 if there was nothing to tell.

    `code` is what it runs, and `fact_of` gives what is to be told of it.
    """
    end = begin + int(seconds * 1e9)
    # What we do once it has ended is no part of what it took.
    seconds -= watched.taken_since(begin, end)
    if seconds < watched.slow_seconds():
        return 0
    stack = watched.stack_since(begin / 1e9)
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
    """What is known of one running loop. It is made in the loop's thread."""

    def __init__(self, loop):
        self.loop = loop
        self.ident = get_ident()
        self.times = None
        self.has_own_clock = type(loop).time is not loop_time or "time" in loop.__dict__
        # When we were called last: what runs now has begun after it.
        self.last = moment()
        # When the alarm has to be set anew, and after how long it goes off.
        self.arm_at, self.base = 0.0, 0.0
        is_main = is_ticking and self.ident == main_thread
        self.alarm = alarm_for(TICK_SIGNAL) if is_main else None
        self.urgent = alarm_for(URGENT_SIGNAL) if is_main else None
        # Of what runs since `last`: (moment, stack).
        self.samples, self.sampled = [], 0.0
        # For looks at a loop that waits for others.
        self.is_resting, self.looks, self.resting_place = False, 0, None
        # A selector of the program's: when it has overslept, and at how many looks it was found so.
        select = getattr(type(loop.__dict__.get("_selector")), "select", None)
        code = getattr(select, "__code__", None)
        self.has_own_select = code is not None and not is_library(code.co_filename)
        self.oversleeps_at, self.overslept = 0.0, 0
        # After how many seconds what runs since `told_of` is told of.
        self.told, self.told_of = UNENDING_SECONDS, 0.0
        # Of the loop's time: (beginning, nanoseconds) of what was ours, one after the other.
        self.taken = []

    def end(self):
        """The loop has stopped."""
        for alarm in (self.alarm, self.urgent):
            if alarm is not None:
                alarm.delete()
        self.alarm = self.urgent = None

    def thread(self):
        """The one that runs it; None: it has stopped."""
        return self.loop.__dict__.get("_thread_id")

    def slow_seconds(self):
        """From when on a callback is slow; the attribute is the program's."""
        seconds = getattr(self.loop, "slow_callback_duration", None)
        return float(seconds) if isinstance(seconds, (float, int)) else 86400.0

    # Alarms

    def arm(self, now):
        """Sets the alarm anew, and does what is due now and then."""
        slow = self.slow_seconds()
        self.base = min(max(slow / 2, 0.005), 0.25)
        self.arm_at = now + self.base / 2
        if self.alarm is not None:
            if not has_signals():
                self.end()
            else:
                self.alarm.set(self.base if config.get("blocking_stack", True) else UNENDING_SECONDS)
        if timeline is not None and now - timeline.flushed >= FLUSH_SECONDS:
            flush_timeline(False, True)

    def rest(self, timeout):
        """The loop waits: there is nothing to look at, but for whether it waits for ever."""
        self.is_resting = False
        delay = 0
        if timeout is None and watcher.looks_for_deadlock:
            watches = getattr(self.loop.__dict__.get("_selector"), "_fd_to_key", ())
            if len(watches) == 1 == len(watched_loops):
                self.is_resting, self.looks, self.resting_place = True, 0, None
                delay = LOOK_SECONDS
        if delay or self.alarm.is_set:
            self.alarm.set(delay)
        self.oversleeps_at, self.overslept, delay = 0.0, 0, 0
        if self.has_own_select and timeout and not self.has_own_clock:
            delay = timeout + self.slow_seconds() + OVERSLEPT_SECONDS
            self.oversleeps_at = moment() + delay
        if delay or self.urgent.is_set:
            self.urgent.set(delay)
        self.arm_at = 0.0

    # Stacks

    def is_base(self, frame):
        """Whether `frame` is the one that runs the callbacks."""
        return frame.f_code is run_once

    def stack(self, frame):
        """The stack from `frame` on, innermost first, without a reference to any frame; () where no
        callback runs in it."""
        stack = []
        while frame is not None and len(stack) < 1000:
            if self.is_base(frame):
                return tuple(shortened(stack))
            if frame.f_code.co_filename != HERE:
                stack.append((frame.f_code, frame.f_lasti, frame.f_lineno))
            frame = frame.f_back
        return ()

    def sample(self, stack):
        if self.sampled != self.last:
            self.samples, self.sampled = [], self.last
        if len(self.samples) >= SAMPLES_MAX:
            del self.samples[::2]
        self.samples.append((moment(), stack))

    def stack_since(self, begin):
        """Where the loop was for most of the time since `begin`."""
        tally, before = {}, begin
        for moment, stack in self.samples:
            if moment >= begin:
                if not self.was_taken(moment):
                    tally[stack] = tally.get(stack, 0) + moment - before
                before = moment
        return max(tally, key=tally.get) if tally else ()

    # What `tick` does

    def running(self, frame):
        """What `running_fact` takes of the callback that runs now; None: none does."""
        return self.loop.__dict__.get("_current_handle")

    running_fact = staticmethod(running_fact)

    def began(self):
        """When what runs now began, or a little earlier."""
        return self.last

    def ticked(self, frame, is_over):
        """`frame` is where the loop's thread is. `is_over`: what runs now will not come to its end."""
        if self.is_resting:
            self.look_for_deadlock(frame)
            return
        running, stack = self.running(frame), self.stack(frame)
        if running is None and stack and 0 < self.oversleeps_at <= moment():
            self.look_for_oversleeping(stack)
        if running is None or not stack:
            return
        self.sample(stack)
        begin = self.began()
        if begin != self.told_of:
            self.told_of = begin
            self.told = max(UNENDING_SECONDS, 2 * self.slow_seconds())
        seconds = moment() - begin - self.taken_since(int(begin * 1e9))
        if seconds >= (self.slow_seconds() if is_over else self.told):
            self.told = seconds * 2
            report.send("blocking", {
                "seconds": seconds, "stack": [place(*entry) for entry in stack[::-1]],
                **self.running_fact(running),
            })
        self.tick_again(seconds)

    def tick_again(self, seconds):
        """Looks again at what runs for `seconds` already, the less often the longer."""
        if self.alarm is not None:
            self.alarm.set(max(self.base, seconds / 8))
            self.urgent.set(max(self.told - seconds, 0.05))

    def look_for_deadlock(self, frame):
        """Twice the same place, with a look's time in between: the loop does not run at all."""
        resting = resting_place(self.loop, frame)
        if resting is not None and resting == self.resting_place:
            watcher.looks_for_deadlock = False
            tell_standing("deadlock", frame)
            return
        self.resting_place = resting
        self.looks += 1
        if self.alarm is not None:
            self.alarm.set(LOOK_SECONDS * min(self.looks, 5))

    def look_for_oversleeping(self, stack):
        """A selector of the program's still waits although a timer has long been due. Several looks,
        as a process may have been stopped."""
        self.overslept += 1
        if self.overslept < OVERSLEPT_LOOKS:
            self.urgent.set(LOOK_SECONDS)
            return
        late = moment() - self.oversleeps_at + OVERSLEPT_SECONDS
        self.oversleeps_at, self.has_own_select = 0.0, False
        report.send("overslept", {
            "seconds": late, "stack": [place(*entry) for entry in stack[::-1]],
        })

    # Time that is ours

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

    def was_taken(self, seconds):
        moment = int(seconds * 1e9)
        return any([start <= moment <= start + span for start, span in self.taken])

    def taken_since(self, begin, end=1 << 63):
        """Seconds of what was ours and began between the two."""
        return sum([span for start, span in self.taken if begin <= start < end]) / 1e9


class Watcher:
    """What there is to watch, and until when."""

    def __init__(self, begun):
        self.begun = begun
        self.process = process_id()
        self.looks_for_deadlock = config.get("deadlock", True)
        # When the program's time is nearly over; 0: told, or not to be told.
        self.tells_at = config.get("standing_at", 0) and begun + int(config["standing_at"] * 1e9)
        # Of the process: for that moment, and for the interpreter's last word.
        self.over = self.last_word = None

    def end(self):
        """Takes no further looks."""
        self.looks_for_deadlock, self.tells_at = False, 0
        for watched in list(watched_loops.values()):
            watched.end()
        watched_loops.clear()
        for alarm in (self.over, self.last_word):
            if alarm is not None:
                alarm.delete()
        self.over = self.last_word = None


@observer
def ticked(frame):
    is_over = 0 < watcher.tells_at <= clock()
    if is_over:
        watcher.tells_at = 0
        tell_standing("time", frame)
    mine = get_ident()
    for watched in list(watched_loops.values()):
        thread = watched.thread()
        if thread == mine:
            watched.ticked(frame, is_over)
        elif is_over and not has_interpreters():
            watched.ticked(current_frames().get(thread), is_over)
    if timeline is not None and moment() - timeline.flushed >= FLUSH_SECONDS:
        # Not `flush_timeline`: what a call waits for is not late for our being at work meanwhile.
        timeline.flush(False, True)


def tick(number, frame):
    """The handler of our signals, in the main thread; `frame` is what was interrupted."""
    if process_id() == watcher.process:
        ticked(frame)
