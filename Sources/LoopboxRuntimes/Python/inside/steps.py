# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Sees each callback of a loop in debug mode when it has ended.

# How this works. Nothing of ours may lie beneath a callback, so none is wrapped. But a loop in debug
# mode has looked at the clock before and after each callback, and compares the difference with its
# `slow_callback_duration`: `dt >= self.slow_callback_duration`. Where that number is of a class of its own,
# the interpreter lets it compare, so it learns of each callback and of how long it took, without a look at
# the clock of ours; the callback is in `_current_handle`. In the same way `_clock_resolution` learns of each
# iteration: it is added to the time when the loop is back from select(). To the program both are numbers.
# Handles of tasks that a callback has made are the last ones in the loop's queue then, which tells
# who made a task.
#
# There is nothing to be told of a loop without debug mode, or of one of a library that brings its own:
# neither compares. A task that is eager and never waits has no handle: it is part of its maker's step.
# A callback that ends with SystemExit or KeyboardInterrupt does not come to the comparison.
#
# What was tried instead, in a program of 100,000 steps of 28 us each in debug mode (CPython 3.9 and 3.13);
# Tests/Benchmarks/RESULTS-OVERHEAD.md has what it costs as it is:
# - descriptors for `_current_handle`, which is set before and after each callback, and for
#   `_clock_resolution`: three calls of ours a step and three looks at the clock, 9 to 17 %.
# - integers for what is counted: the interpreter keeps free floats, but makes each integer anew, and
#   tracemalloc, which jobs have on, takes its stack: with it these descriptors cost 20 to 25 %.
# Not tried, for what they are: `sys.monitoring` of `Handle._run` is two calls a step, and only there from
# 3.12 on; attributes that are made of C functions can't look at the clock, and would keep handles alive.

Task = TimerHandle = None
# The type by which the library's C code hands a task's step to a loop; no module has a name for it.
TaskStep = None
BUILTIN_METHOD, GETTER = type(len), type(int.__dict__["real"])


class Replacement(float):
    """A number in a loop's attribute that passes for `plain`, the one that it replaces."""

    __slots__ = ("times", "plain")

    def __repr__(self):
        return repr(self.plain)

    def __reduce_ex__(self, protocol):
        return (type(self.plain), (self.plain,))


class Resolution(Replacement):
    """A loop's `_clock_resolution`: an iteration adds it to the time when it is back from select()."""

    __slots__ = ()

    def __radd__(self, now):
        times = self.times
        if times is not None:
            times.iterations += 1.0
            times.waited = 0.0
            times.queued = len(times.ready)
        return now + self.plain


class Threshold(Replacement):
    """A loop's `slow_callback_duration`: a loop compares with it how long each callback took."""

    __slots__ = ()

    def __le__(self, took):
        times = self.times
        if times is not None:
            try:
                handle = times.values["_current_handle"]
                callback = handle._callback
                late = times.waited
                times.waited = late + took
                if type(handle) is TimerHandle:
                    late = moment() - took - handle._when
                if late > LAG_LEAST:
                    times.lags[exponent(late)[1]] += 1.0
                    if late > times.lag_recent:
                        times.lag_recent = late
                task = callback.__self__ if type(callback) is TaskStep else task_of(callback)
                ready = times.ready
                queued = len(ready)
                more, times.queued = queued - times.queued + 1, queued
                steps, begin = timeline.steps, 0.0
                if steps is not None:
                    begin = moment() - took
                if task is None:
                    times.others += 1.0
                    times.others_busy += took
                    number = 0
                else:
                    life = lives.get(id(task))
                    if life is None or life.first == 0.0:
                        begin = begin or moment() - took
                        life = life or task_begun(task, times, begin)
                        life.first = begin
                    life.steps += 1.0
                    life.busy += took
                    number = life.number
                    if more == 1:
                        last = ready[-1]._callback
                        if type(last) is TaskStep and last.__self__ is task:
                            # It goes on, and made nothing.
                            more = 0
                    if more and is_done(task):
                        task_ended(life, task)
                if more > 0:
                    tasks_made(ready, more, times, number)
                if took > timeline.least_of_longest:
                    note_longest(took, number, times, callback, task)
                if steps is not None:
                    name = 0 if number else timeline.texts.number(callback_name(callback))
                    steps += (times.number, number, begin, took, late, name)
                    if len(steps) >= 6 * CHUNK_MAX:
                        flush_timeline()
            except Exception:
                # Whatever it is, it is not the program's concern.
                pass
        return self.plain <= took


class Replaced:
    """An attribute of loops whose value is replaced by a number that learns what it is used for."""

    def __init__(self, name):
        self.name = name

    def __set__(self, loop, value):
        values = loop.__dict__
        if type(value) in (float, int):
            number = WATCHED[self.name](value)
            number.plain = value
            number.times = getattr(values.get(self.name), "times", None)
            value = number
        values[self.name] = value


WATCHED = {"_clock_resolution": Resolution, "slow_callback_duration": Threshold}


def task_of(callback):
    """The task of which a callback is a step; None: it is something else."""
    global TaskStep
    kind, task = type(callback), None
    if kind is BUILTIN_METHOD:
        # A wake-up, since 3.10; a task has other methods, such as `cancel`.
        task = callback.__self__ if callback.__name__ == "task_wakeup" else None
    elif kind.__name__ == "TaskStepMethWrapper":
        if type(kind.__dict__.get("__self__")) is GETTER:
            TaskStep, task = kind, callback.__self__
    elif kind.__name__ == "TaskWakeupMethWrapper":
        task = referents(callback)[0]
    return task if issubclass(type(task), Task) else None


def hook_steps(module):
    """Puts our numbers into loops; `module` is asyncio.base_events."""
    global timeline, Task, TimerHandle, is_done, referents, exponent, partial
    mode = config.get("timeline", "off")
    if mode == "off":
        return
    # The library has imported all of them.
    from _functools import partial
    from gc import get_referents as referents
    from math import frexp as exponent

    Task, TimerHandle, is_done = module.tasks.Task, module.events.TimerHandle, module.tasks.Task.done
    timeline = Timeline(mode == "callbacks")
    for name in WATCHED:
        setattr(module.BaseEventLoop, name, Replaced(name))
