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
        limit = min(os.sysconf("SC_OPEN_MAX"), 4096)
        target = limit - 1
        while target > descriptor:
            try:
                file_status(target)
            except OSError:
                break
            target -= 1
        if target > descriptor:
            # A number that the program would have been given must be free for it.
            self.descriptor = os.dup2(descriptor, target, inheritable=False)
            os.close(descriptor)
        else:
            os.set_inheritable(descriptor, False)
            self.descriptor = descriptor
        status = file_status(self.descriptor)
        self.file = (status.st_dev, status.st_ino)
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
        self.pending.append(len(data).to_bytes(4, "big") + data)
        while self.pending and self.pen.acquire(False):
            try:
                while self.pending:
                    self.write(self.pending.pop(0))
            finally:
                self.pen.release()
        return number

    def write(self, data):
        try:
            # The program may have closed every descriptor and got the number for a file of its
            # own since.
            status = file_status(self.descriptor)
            if (status.st_dev, status.st_ino) != self.file:
                raise OSError
            while data:
                data = data[write_bytes(self.descriptor, data) :]
        except OSError:
            self.descriptor = -1

    def close_in_child(self):
        """A child made by fork() is not the program that is reported on."""
        descriptor, self.descriptor = self.descriptor, -1
        try:
            status = file_status(descriptor)
            if (status.st_dev, status.st_ino) == self.file:
                os.close(descriptor)
        except OSError:
            pass

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


def guarded(observe):
    """`observe` as a function that never fails the program, nor takes time that counts as its, nor
    lets objects of the program die before their time."""

    def guard(*arguments):
        begin = clock()
        is_collecting = gc.isenabled()
        gc.disable()
        try:
            return observe(*arguments)
        # A KeyboardInterrupt is the program's: it only happened to arrive in here.
        except Exception:
            return None
        finally:
            if is_collecting:
                gc.enable()
            take(begin)

    return guard


def take(begin):
    """Notes that this thread has worked for us since `begin`, not for the program.

    What we do to tell a warning, and what the interpreter does to show it, would otherwise make a
    slow callback of whatever ran when an object died.
    """
    if watcher is None or not watcher.loops:
        return
    thread = get_ident()
    for watched in list(watcher.loops.values()):
        if watched.thread() == thread:
            watched.take(begin, clock())
