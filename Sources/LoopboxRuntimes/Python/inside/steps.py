# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Sees each iteration of a loop, and each callback in debug mode when it has ended.

# How this works. `_run_once` calls us (see rewriting.py): when it is back from select(), after each callback
# that it has measured, which it does in debug mode, and before it waits for something without a limit.
# Handles of tasks that a callback has made are the last ones in the loop's queue then, which tells who made
# a task.
#
# There is nothing to be told of the callbacks of a loop without debug mode, or of one of a library that
# brings its own `_run_once`. A task that is eager and never waits has no handle: it is part of its maker's
# step. A callback that ends with SystemExit or KeyboardInterrupt is not seen.

Task = TimerHandle = None
# The type by which the library's C code hands a task's step to a loop; no module has a name for it.
TaskStep = None
BUILTIN_METHOD, GETTER = type(len), type(int.__dict__["real"])


class Steps:
    """What `_run_once` calls."""

    @staticmethod
    def woke(loop, count):
        """The loop is back from select(), and `count` callbacks are ready."""
        watched = watched_loops.get(identity(loop))
        if watched is None:
            return
        try:
            now = moment()
            times = watched.times
            if times is not None:
                times.iterations += 1.0
                times.waited = 0.0
                times.queued = count
            watched.last = now
            if now >= watched.arm_at:
                watched.arm(now)
        except Exception as error:
            failed(error)

    @staticmethod
    def stepped(loop, handle, took):
        """A callback has ended after `took` seconds of the loop's clock."""
        watched = watched_loops.get(identity(loop))
        if watched is None:
            return
        try:
            now = moment()
            if took > now - watched.last:
                # The program's clock goes as it likes.
                took = now - watched.last
            times = watched.times
            if times is not None:
                step_seen(watched, times, handle, now, took)
            if took >= watched.slow_seconds():
                slow_told[get_ident()] = tell_slow(
                    watched, int((now - took) * 1e9), took, handle_code(handle),
                    lambda: running_fact(handle))
                now = moment()
            watched.last = now
            if now >= watched.arm_at:
                watched.arm(now)
        except Exception as error:
            failed(error)

    @staticmethod
    def rests(loop, timeout):
        """The loop is about to wait, until somebody wakes it or, at the latest, for `timeout`."""
        watched = watched_loops.get(identity(loop))
        if watched is None or watched.alarm is None:
            return
        try:
            watched.rest(timeout)
        except Exception as error:
            failed(error)


def step_seen(watched, times, handle, now, took):
    callback = handle._callback
    late = times.waited
    times.waited = late + took
    if type(handle) is TimerHandle and not watched.has_own_clock:
        late = now - took - handle._when
    if late > LAG_LEAST:
        times.lags[exponent(late)[1]] += 1.0
        if late > times.lag_recent:
            times.lag_recent = late
    task = callback.__self__ if type(callback) is TaskStep else task_of(callback)
    ready = times.ready
    queued = len(ready)
    # A program that steps its loop by itself takes more away.
    more, times.queued = min(queued - times.queued + 1, queued), queued
    steps = timeline.steps
    if task is None:
        times.others += 1.0
        times.others_busy += took
        number = 0
    else:
        life = lives.get(identity(task))
        if life is None or life.first == 0.0:
            life = life or task_begun(task, times, now - took)
            life.first = now - took
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
        steps += (times.number, number, now - took, took, late, name)
        if len(steps) >= 6 * CHUNK_MAX:
            flush_timeline()


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
    """Has loops call us; `module` is asyncio.base_events."""
    global timeline, Task, TimerHandle, is_done, referents, exponent, partial
    mode = config.get("timeline", "off")
    # The library has imported all of them.
    from _functools import partial
    from gc import get_referents as referents
    from math import frexp as exponent

    Task, TimerHandle, is_done = module.tasks.Task, module.events.TimerHandle, module.tasks.Task.done
    if mode != "off":
        timeline = Timeline(mode == "callbacks")
    rewrite(
        [module.BaseEventLoop._run_once], Steps,
        ("before", "event_list", "if timeout is None or timeout > 0: OURS.rests(self, timeout)"),
        ("after", "ntodo", "OURS.woke(self, ntodo)"),
        ("after", "dt", "OURS.stepped(self, handle, dt)"),
    )
