# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). The timeline: what is kept of loops, tasks and steps, and when it is told.

# Times are seconds of CLOCK_MONOTONIC. Loops and tasks have numbers from 1 on, in the order in which they
# are seen first; 0 is none.

# Events of a timeline, whatever a program does: steps, and for each task its begin and its end.
EVENTS_MAX = 50_000
# Steps, or tasks that have ended, that are sent together: some 100 KB. So many last steps are always told.
CHUNK_MAX = 1000
# Characters of texts that are sent together: JSON may write six bytes for each.
TEXTS_CHUNK_MAX = 8192
# Different texts, and the characters of all of them.
TEXTS_MAX = 20_000
CHARACTERS_MAX = 1 << 20
# Tasks that are followed at the same time.
LIVES_MAX = 20_000
# Loops that are told of.
LOOPS_MAX = 8
# Of the longest callbacks.
LONGEST_MAX = 10
# Tasks that are not done of which it is told what they wait for.
WAITING_MAX = 200
# So often is sent what is known. A program that is killed loses what came since.
FLUSH_SECONDS = 0.25
# Lags have classes between two powers of two of a second; the first one ends at 0.12 ms.
LAG_LEAST = 2.0 ** -13
LAG_CLASSES = 32

PENDING, FINISHED, FAILED, CANCELLED, DESTROYED = range(5)

moment = time.monotonic
timeline = None
# By identity: tasks that are followed, and not done.
lives = {}


class Texts:
    """Names and paths, which events name by their numbers; 0 is the empty one."""

    def __init__(self):
        self.numbers = {"": 0}
        self.unsent = []
        self.characters_left = CHARACTERS_MAX

    def number(self, text, limit=256):
        number = self.numbers.get(text)
        if number is None and len(text) > limit:
            text = clipped(text, limit)
            number = self.numbers.get(text)
        if number is None:
            if len(self.numbers) >= TEXTS_MAX or len(text) > self.characters_left:
                return 0
            self.characters_left -= len(text)
            number = self.numbers[text] = len(self.numbers)
            self.unsent.append(text)
        return number

    def place(self, path, line, function):
        return (self.number(path, 1024), line or 0, self.number(function))

    def some_unsent(self):
        """Those that fit into a frame, in their order, whatever characters they have."""
        count = characters = 0
        for text in self.unsent:
            characters += len(text)
            if count and (characters > TEXTS_CHUNK_MAX or count == CHUNK_MAX):
                break
            count += 1
        some, self.unsent = self.unsent[:count], self.unsent[count:]
        return some


class Room:
    """How many events of a kind can still be told, and how long one has to last for that.

    The first half is told whatever it is. Of what comes later only the long ones are told: those that
    last four times as long as the mean, and twice that with each further twentieth.
    """

    def __init__(self, size):
        self.left = size
        self.stage = max(size // 20, 1)
        self.next = size // 2
        self.least = 0
        self.is_cut = False

    def admitted(self, events, length, mean):
        """Those of `events` that are to be told. `length` gives how long one lasted."""
        told = events
        if self.least:
            told = [event for event in events if length(event) >= self.least]
        told = told[: self.left]
        self.is_cut = self.is_cut or len(told) < len(events)
        self.left -= len(told)
        while self.next and self.left <= self.next:
            self.next = max(self.next - self.stage, 0)
            self.least = self.least * 2 or max(4 * mean, 1e-6)
        return told


class LoopTimes:
    """What a loop did, and how late it was.

    The lag of a callback says how late the loop got to it. For a timer that is the time from the
    moment for which it was set until it began. For anything else it is the time that callbacks before
    it took in the same iteration: when the loop is back from select(), all that the iteration will run
    is ready. What a callback waited for that is not in its own lag, but in those of the callbacks that
    ran meanwhile.
    """

    __slots__ = ("number", "thread", "started", "since", "stopped", "running", "iterations", "others",
                 "others_busy", "lags", "lag_max", "lag_recent", "waited", "queued", "ready")

    def __init__(self, number):
        self.number = number
        self.thread = 0
        self.started = self.since = self.stopped = self.running = 0.0
        # Floats, of which the interpreter keeps free ones: a new integer would be traced.
        self.iterations = self.others = self.others_busy = 0.0
        self.lags = [0.0] * LAG_CLASSES
        self.lag_max = self.lag_recent = 0.0
        # Of the iteration that is running: how long its callbacks took, and how many wait.
        self.waited, self.queued = 0.0, 0
        # The loop's queue, while it runs.
        self.ready = None

    def lag_since(self):
        """The longest lag since the last time."""
        longest, self.lag_recent = self.lag_recent, 0.0
        self.lag_max = max(self.lag_max, longest)
        return longest

    def row(self, now, steps, busy):
        running = self.running + (now - self.since if self.since else 0)
        return [self.number, self.thread, self.started, self.stopped, running, self.iterations,
                self.others + steps, self.others_busy + busy, self.lag_max, *self.lags]


class Life(weak_reference):
    """What is known of a task; being a reference, it learns when the task is gone."""

    __slots__ = ("key", "number", "loop", "maker", "made", "first", "last", "steps", "busy", "state",
                 "name", "coroutine", "place", "waits", "is_told")

    def row(self):
        return [self.number, self.loop.number, self.maker, self.made, self.first, self.last,
                self.steps, self.busy, self.state, self.name, self.coroutine, *self.place, self.waits]

    def length(self):
        return (self.last or moment()) - self.made


class Timeline:
    """All that is noted, and what of it was told."""

    def __init__(self, has_steps):
        self.texts = Texts()
        # By identity: the times of the loop that was made with it last. Then those that ran.
        self.times, self.loops, self.loops_total = {}, [], 0
        # Tasks that have ended since the last flush.
        self.ended = []
        self.tasks = 0
        self.is_cut = False
        # Of each: loop, task, begin, length, lag, name; None: steps are not kept. One after the other:
        # many small objects would make the interpreter collect garbage sooner.
        self.steps = [] if has_steps else None
        # (length, begin, loop, task, name, path, line, function)
        self.longest, self.least_of_longest = [], 0.0
        room = (EVENTS_MAX - CHUNK_MAX) // (2 if has_steps else 1)
        self.step_room, self.task_room = Room(room), Room(room // 2)
        # Steps that are told for being the last ones.
        self.last_left = CHUNK_MAX
        self.flushed = moment()
        self.is_flushing = False

    # Loops

    def loop_made(self, loop):
        self.times.pop(id(loop), None)

    def loop_started(self, loop):
        times = self.times.get(id(loop))
        if times is None:
            self.loops_total += 1
            times = self.times[id(loop)] = LoopTimes(self.loops_total)
            if len(self.loops) < LOOPS_MAX:
                self.loops.append(times)
        times.ready = loop._ready
        thread = getattr(sys.modules.get("threading"), "_active", {}).get(get_ident())
        name = getattr(thread, "__dict__", {}).get("_name")
        times.thread = self.texts.number(name) if type(name) is str else 0
        times.since = moment()
        times.started = times.started or times.since
        return times

    def loop_stopped(self, loop):
        times = self.times.get(id(loop))
        if times is None or not times.since:
            return
        times.ready = None
        times.stopped = moment()
        times.running += times.stopped - times.since
        times.since = 0.0
        for life in list(lives.values()):
            # One that was ended by what ends the program did not come to the end of its step.
            task = life()
            if task is not None and is_done(task):
                self.task_ended(life, task)
        self.note_waits()

    # Tasks

    def task_seen(self, task, times, maker, made):
        """Follows a task that is new, for a while at least."""
        self.tasks += 1
        life = Life(task, task_gone)
        life.key, life.number, life.loop = identity(task), self.tasks, times
        life.maker, life.made = maker, made
        life.first = life.last = life.steps = life.busy = 0.0
        life.state, life.waits, life.is_told = PENDING, 0, False
        number = self.texts.number
        life.name = number(Task.get_name(task))
        life.coroutine = number(plain_name(Task.get_coro(task)))
        life.place = (0, 0, 0)
        for entry in reversed(task._source_traceback or ()):
            if not is_library(entry.filename):
                life.place = self.texts.place(entry.filename, entry.lineno, entry.name)
                break
        if len(lives) < LIVES_MAX:
            lives[identity(task)] = life
        else:
            self.is_cut = True
        return life

    def task_ended(self, life, task):
        life.last = moment()
        if Task.cancelled(task):
            life.state = CANCELLED
        else:
            life.state = FINISHED if task._exception is None else FAILED
        if lives.pop(life.key, None) is not None:
            self.end(life)

    def end(self, life):
        life.loop.others += life.steps
        life.loop.others_busy += life.busy
        self.ended.append(life)
        if len(self.ended) >= CHUNK_MAX:
            flush_timeline()

    def note_waits(self):
        """Notes what each task that is not done waits for."""
        for life in list(lives.values())[:WAITING_MAX]:
            task = life()
            if task is not None and task._fut_waiter is not None:
                life.waits = self.texts.number(awaited_call(Task.get_coro(task)) or "a future")

    # Steps

    def note_longest(self, took, number, times, callback, task):
        code = None
        if task is None:
            name, code = callback_name(callback), callback_code(callback)
        else:
            coroutine = Task.get_coro(task)
            name = plain_name(coroutine)
            if type(coroutine) is COROUTINE:
                code = coroutine.cr_code
        place = (0, 0, 0)
        if code is not None:
            place = self.texts.place(code.co_filename, code.co_firstlineno, code.co_name)
        self.longest.append(
            (took, moment() - took, times.number, number, self.texts.number(name), *place))
        if len(self.longest) > LONGEST_MAX:
            self.longest.sort(reverse=True)
            self.longest.pop()
            self.least_of_longest = self.longest[-1][0]

    # Telling

    def flush(self, is_last=False, is_due=False):
        """Sends what came since the last time.

        `is_last`: after this nothing may come. `is_due`: it is a while ago, so tasks that are not
        done are told of, too.
        """
        if self.is_flushing or not self.loops:
            return
        self.is_flushing = True
        try:
            now = self.flushed = moment()
            self.send_steps(is_last)
            self.send_tasks(now, is_last, is_due or is_last)
            self.send_loops(now)
        finally:
            self.is_flushing = False

    def send_steps(self, is_last):
        steps = self.steps
        if not steps or self.step_room.least and not is_last and len(steps) < 6 * CHUNK_MAX:
            # They may be the last ones, which are told however short they are.
            return
        self.steps = []
        steps = list(zip(*[iter(steps)] * 6))
        if is_last:
            steps = steps[-self.last_left :] if self.last_left else []
            self.last_left -= len(steps)
        else:
            mean = sum([step[3] for step in steps]) / len(steps)
            steps = self.step_room.admitted(steps, lambda step: step[3], mean)
        self.send_rows("steps", steps)

    def send_tasks(self, now, is_last, with_living):
        if is_last:
            self.note_waits()
        ended, self.ended = self.ended, []
        told = [life for life in ended if life.is_told]
        fresh = [life for life in ended if not life.is_told]
        if with_living:
            for life in list(lives.values()):
                if life.is_told and is_last:
                    told.append(life)
                elif not life.is_told and (is_last or not self.task_room.least):
                    fresh.append(life)
        fresh = self.task_room.admitted(fresh, Life.length, now - self.loops[0].started)
        for life in fresh:
            life.is_told = True
        self.send_rows("tasks", [life.row() for life in told + fresh])

    def send_loops(self, now):
        sums = {}
        for life in list(lives.values()):
            steps, busy = sums.get(life.loop, (0.0, 0.0))
            sums[life.loop] = (steps + life.steps, busy + life.busy)
        longest_lag = max([times.lag_since() for times in self.loops])
        rows = [times.row(now, *sums.get(times, (0.0, 0.0))) for times in self.loops]
        report.send("timeline", {"timeline": {
            "loops": numbers_of(rows),
            "longest": numbers_of(self.longest),
            "lag": [now, longest_lag],
            "total": self.tasks,
            "cut": self.is_cut or self.step_room.is_cut or self.task_room.is_cut,
        }})

    def send_rows(self, name, rows):
        """Sends them, as many in a frame as fit, and the texts that they name."""
        while rows or self.texts.unsent:
            report.send("timeline", {"timeline": {
                name: numbers_of(rows[:CHUNK_MAX]), "texts": self.texts.some_unsent(),
            }})
            rows = rows[CHUNK_MAX:]


def numbers_of(rows):
    return str([number for row in rows for number in row])[1:-1]


@guarded
def task_gone(life):
    """Nobody has the task any more."""
    if lives.get(life.key) is life:
        del lives[life.key]
        life.last, life.state = moment(), DESTROYED
        timeline.end(life)


# Callables that have names of their own.
NAMED = (type(task_gone), type(Texts().number), type(len), type)


def inner_callback(callback):
    while type(callback) is partial:
        callback = callback.func
    return callback


def callback_name(callback):
    """The name of a callback, without running any code of the program's."""
    callback = inner_callback(callback)
    return plain_name(callback) if type(callback) in NAMED else type(callback).__name__


def callback_code(callback):
    callback = inner_callback(callback)
    return getattr(callback, "__code__", None) if type(callback) in NAMED else None


@guarded
def flush_timeline(is_last=False, is_due=False):
    if timeline is not None:
        timeline.flush(is_last, is_due or is_last)


@guarded
def tasks_made(ready, count, times, maker):
    """Follows the tasks whose first steps are among the last `count` handles."""
    for place in range(-count, 0):
        callback = ready[place]._callback
        if type(callback) is TaskStep and identity(callback.__self__) not in lives:
            timeline.task_seen(callback.__self__, times, maker, moment())


@guarded
def task_begun(task, times, begin):
    """The life of a task that was not seen being made."""
    return timeline.task_seen(task, times, 0, begin)


@guarded
def task_ended(life, task):
    timeline.task_ended(life, task)


@guarded
def note_longest(took, number, times, callback, task):
    timeline.note_longest(took, number, times, callback, task)
