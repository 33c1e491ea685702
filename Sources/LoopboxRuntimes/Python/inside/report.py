# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). The report: its descriptor, its encoding, and the guard round all that observes.

ESCAPES = {number: "\\u%04x" % number for number in range(32)}
ESCAPES.update({34: '\\"', 92: "\\\\"})


def encoded(value):
    """`value` as JSON; the json module would take longer to import than the program to start."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    kind = type(value)
    if kind is str:
        return '"' + value.translate(ESCAPES) + '"'
    if kind is int:
        return "%d" % value
    if kind is float:
        return repr(value) if value - value == 0 else "null"
    if kind is dict:
        return "{" + ",".join([encoded(k) + ":" + encoded(v) for k, v in value.items()]) + "}"
    return "[" + ",".join([encoded(member) for member in value]) + "]"


def clipped(text, limit=TEXT_MAX):
    """`text` as a plain str of at most `limit` characters."""
    if type(text) is not str:
        text = str.__str__(text) if isinstance(text, str) else repr(text)
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"


class Report:
    """The descriptor that findings are written to.

    Writers never wait for one another: a finaliser or a signal handler may interrupt a write in
    the same thread, where waiting would be forever. Who finds the pen taken leaves the frame in
    `pending`; its holder writes it.
    """

    def __init__(self, descriptor):
        self.descriptor = moved_up(descriptor)
        self.file = identity_of(self.descriptor)
        self.process = process_id()
        self.pending = []
        self.pen = _thread.allocate_lock()
        self.sequence = 0
        self.counts = {}
        # Numbers of those with events that `counts_more` counted.
        self.silent = set()

    def send(self, kind, fact):
        """Writes `fact` and returns its number; 0 where there is nobody to write to."""
        if self.descriptor < 0 or process_id() != self.process:
            return 0
        self.sequence += 1
        number = self.sequence
        head = {"k": kind, "seq": number, "at": clock()}
        data = encoded({**head, **fact}).encode("utf-8", "replace")
        if len(data) > FRAME_BYTES_MAX:
            small = {k: v for k, v in fact.items() if type(v) in (str, int, float, bool)}
            small.pop("raw", None)
            data = encoded({**head, **small, "shortened": True}).encode("utf-8", "replace")
        # And how much of it was written, once it is begun.
        self.pending.append([len(data).to_bytes(4, "big") + data])
        while self.pending:
            # What takes the pen says so in the same instruction, as the program's handler of a
            # signal may raise after each.
            taken = []
            try:
                taken.extend(map(self.pen.acquire, (False,)))
                if not taken[0]:
                    break
                while self.pending:
                    self.write(self.pending[0])
            finally:
                if taken and taken[0]:
                    self.pen.release()
        return number

    def write(self, entry):
        """Writes what is left of the first of `pending`."""
        try:
            # The program may have closed every descriptor and got the number for a file of its
            # own since.
            if identity_of(self.descriptor) != self.file:
                raise OSError
            while True:
                rest = entry[0][sum(entry[1:]) :]
                if not rest:
                    break
                entry.extend(map(write_bytes, (self.descriptor,), (rest,)))
        except OSError:
            self.descriptor = -1
        self.pending.pop(0)

    def close_in_child(self):
        """A child made by fork() is not the program that is reported on."""
        descriptor, self.descriptor = self.descriptor, -1
        if identity_of(descriptor) == self.file:
            os.close(descriptor)

    def admits(self, *place):
        """The number of a (kind, place) whose event is to be told; 0: it was only counted."""
        entry = self.counts.get(place)
        if entry is None:
            if len(self.counts) >= PLACES_MAX:
                return 0
            entry = self.counts[place] = [len(self.counts) + 1, 0]
        entry[1] += 1
        if entry[1] <= EXAMPLES_MAX:
            return entry[0]
        # A program that is killed never comes to `send_counts`.
        if entry[1] & (entry[1] - 1) == 0:
            self.send("count", {"key": entry[0], "n": entry[1]})
        return 0

    def counts_more(self, *place):
        """Counts an event that the interpreter kept to itself; False: its place is new."""
        entry = self.counts.get(place)
        if entry is None:
            return False
        entry[1] += 1
        self.silent.add(entry[0])
        return True

    def send_counts(self):
        """What `admits` kept for itself."""
        for number, count in list(self.counts.values()):
            if count > EXAMPLES_MAX or number in self.silent:
                self.send("count", {"key": number, "n": count})


report = None


# The interpreter collects garbage when so many more objects were made than have gone. What we make must
# not hasten it: for each object that we keep one of these goes, and the count is as it was. They are made
# before the program begins.
ballast = []
BALLAST_SIZE = 4000


class Weight:
    """An object that the interpreter counts, and of which it keeps none for later."""

    __slots__ = ("nothing",)




def take_ballast(before):
    """Makes the ballast, and the interpreter's counts as they were `before` we came."""
    ballast.extend([Weight() for _ in range(BALLAST_SIZE)])
    gc.collect(1)
    for _ in range(before[1]):
        gc.collect(0)
    while get_count()[0] < before[0]:
        ballast.append(Weight())


def level(before):
    """Makes the count as it was `before` something of ours was done."""
    # Asking makes one more.
    surplus = get_count()[0] - before
    if surplus > 0:
        del ballast[-surplus:]
    elif len(ballast) < 2 * BALLAST_SIZE:
        while surplus < 0:
            ballast.append(Weight())
            surplus += 1


def observer(observe, takes_time=False):
    """`observe` as a function that never fails the program, nor lets objects of the program die before
    their time."""

    def guard(*arguments):
        begin = clock()
        # With another thread's code in between, `enable` could undo what that one wants.
        is_collecting = is_enabled() and not count_threads()
        if is_collecting:
            disable()
            count = get_count()[0]
        try:
            return observe(*arguments)
        # A KeyboardInterrupt is the program's: it only happened to arrive in here.
        except Exception as error:
            failed(error)
        finally:
            if takes_time:
                take(begin)
            if is_collecting:
                level(count)
                enable()

    return guard


def guarded(observe):
    """The same, and what time it takes does not count as the program's."""
    return observer(observe, True)


disable, enable, is_enabled, get_count = gc.disable, gc.enable, gc.isenabled, gc.get_count
count_threads = _thread._count


def failed(error):
    """Something of ours has failed with `error`: that is told. What the program's handler of a signal
    has raised, which happened to arrive in here, is raised anew."""
    traceback, frame = error.__traceback__, None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_filename != HERE:
            break
        traceback = traceback.tb_next
    if traceback is not None and is_called_by_signal(frame):
        raise error.with_traceback(traceback)
    try:
        tell_failure(error)
    except Exception:
        pass


def is_called_by_signal(frame):
    """Whether `frame` is of a handler of a signal: it is given the frame that was interrupted."""
    caller = frame.f_back
    for value in list(frame.f_locals.values()):
        if value is caller or type(value) is tuple and any([one is caller for one in value]):
            return caller is not None
    return False


def tell_failure(error):
    if report is None:
        return
    traceback, places = error.__traceback__, []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append("%s:%d" % (code.co_name, traceback.tb_lineno))
        traceback = traceback.tb_next
    key = report.admits("harness", type(error), places[-1] if places else None)
    if key:
        report.send("harness_error", {
            "key": key,
            "message": clipped("%s: %s" % (type(error).__name__, text_of(error)), 512),
            "said": clipped(" > ".join(places[-8:]), 512),
        })


def take(begin):
    """Notes that this thread has worked for us since `begin`, not for the program.

    What we do to tell a warning, and what the interpreter does to show it, would otherwise make a
    slow callback of whatever ran when an object died.
    """
    if not watched_loops:
        return
    thread = get_ident()
    for watched in list(watched_loops.values()):
        if watched.thread() == thread:
            watched.take(begin, clock())
