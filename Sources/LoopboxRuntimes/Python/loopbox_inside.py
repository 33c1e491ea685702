# SPDX-License-Identifier: Apache-2.0
"""Loopbox's eyes inside the interpreter that runs a program.

`begin` hangs the hooks in. From then on what they see is written to the report descriptor, in
frames of a 32 bit length (big endian) and one JSON object.

How this works. What the interpreter prints has to be byte for byte what it prints without us, and
no frame of ours may lie beneath the program's code: it would show in tracebacks, in
`traceback.print_stack()` and in the stacks that asyncio keeps of every task. Wrapping functions is
therefore out. What is used instead, in the order of preference:

1. What the interpreter leaves behind: an exception that ended the program is in `sys.last_value`
   when the exit functions run.
2. Descriptors on classes of the library, for attributes that it reads or sets at the right
   moment: `BaseEventLoop._exception_handler` is read first in `call_exception_handler`,
   `Thread._invoke_excepthook` is read where an exception ends a thread, `_thread_id` is set where
   a loop starts and stops. The frame of the descriptor is gone before the program's code runs.
3. Constructors that the library calls right before the program's code: `WarningMessage`, and
   `makeRecord` of the logger `asyncio`.
4. Two functions are replaced by doubles that do the same, line by line, and carry the file name
   and the line numbers of the originals: `_format_handle` and `_warn_unawaited_coroutine`.
5. `sys.unraisablehook` is ours and calls the interpreter's. Where a program sets its own, an audit
   hook takes over. That one sees everything and can't be removed, but it costs a tenth of the time
   of a loop in debug mode, which looks at frames all the time: each look is an event.
6. `sys.set_asyncgen_hooks` has a place for who wants to know of first steps. A program that asks
   for the hooks finds ours there, outside of a loop; nothing else tells where a generator began.

Whatever we do in a loop's thread, and what the interpreter does to show a warning, is taken off
the time of the callback in which it happens (`take`).

What the program has silenced (filters, `catch_warnings(record=True)`) stays silent.
"""

# Our own copy: the program may replace what is in there, and the interpreter empties it before
# the last of our functions has run.
__builtins__ = dict(__builtins__)

import _thread
import _tracemalloc
import os
import sys
import time
from _weakref import ref as weak_reference

HERE = __spec__.origin
LIBRARY = os.path.dirname(os.__file__) + os.sep
VERSION = sys.version_info[:2]

# Of one frame on the wire; the reader refuses more.
FRAME_BYTES_MAX = 256 * 1024
# Of one string in a frame, so that a few of them fit.
TEXT_MAX = 4096
# Of the interpreter's own text of one event.
RAW_MAX = 48 * 1024
# Of one stack: the outermost and the innermost are kept.
STACK_MAX = 48
# Exceptions of one event: causes, contexts and members of groups together.
EXCEPTIONS_MAX = 32
# Events of one kind at one place that are told in full; more are only counted.
EXAMPLES_MAX = 20
# Different (kind, place) pairs that are told at all.
PLACES_MAX = 2000
# Coroutines that are looked after when the interpreter ends.
LATE_MAX = 1000
# Stacks kept of one blocking callback; when it is full, every other one goes.
SAMPLES_MAX = 64
# Spans of time kept that were ours, in one loop; when it is full, neighbours become one.
SPANS_MAX = 256
# Frames that coroutines remember of their creation inside a loop in debug mode (the interpreter
# has 10, of which six are asyncio's) and outside. They differ so that they can be told apart.
DEPTH_INSIDE = 26
DEPTH_OUTSIDE = 25
# A callback that blocks for so long is told before it ends: it may never end.
UNENDING_SECONDS = 1.0

current_frames = sys._current_frames
get_frame = sys._getframe
get_ident = _thread.get_ident
clock = time.monotonic_ns
file_status, write_bytes, process_id = os.fstat, os.write, os.getpid


# --- The report -----------------------------------------------------------------------------

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
    """`observe` as a function that never fails the program, nor takes time that counts as its."""

    def guard(*arguments):
        begin = clock()
        try:
            return observe(*arguments)
        # A KeyboardInterrupt is the program's: it only happened to arrive in here.
        except Exception:
            return None
        finally:
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
        if watched.loop.__dict__.get("_thread_id") == thread:
            watched.take(begin, clock())


# --- Facts ----------------------------------------------------------------------------------


def text_of(value):
    """str(value); the program may have written the method."""
    try:
        return clipped(str(value), 4 * TEXT_MAX)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "<unprintable %s object>" % type(value).__name__


def name_of(value):
    """The qualified name of a class, as tracebacks have it."""
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or type(value).__name__
    if type(module) is str and module not in ("builtins", "__main__"):
        return clipped(module + "." + name, 256)
    return clipped(name, 256)


def plain_name(value):
    """The qualified name of a coroutine or a callback."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    return clipped(name if type(name) is str else type(value).__name__, 256)


def is_library(path):
    return path.startswith(LIBRARY) or path.startswith("<frozen ")


def place(code, offset, line):
    """[file, line, function] and, for the program's own code, the first and last column."""
    path = code.co_filename
    found = [clipped(path, 1024), line or 0, clipped(code.co_name, 256)]
    if offset >= 0 and VERSION >= (3, 11) and not is_library(path):
        index = offset // 2
        for number, (first, last, start, end) in enumerate(code.co_positions()):
            if number == index:
                if start is not None and first == line:
                    found += [start, end if last == first else None]
                break
    return found


def shortened(stack):
    if len(stack) <= STACK_MAX:
        return stack
    half = STACK_MAX // 2
    return stack[:half] + stack[-half:]


def stack_from(frame, end=None):
    """The stack down to `frame`, outermost first, without our own frames."""
    stack = []
    while frame is not None and len(stack) < 400:
        code = frame.f_code
        if code is end:
            break
        if code.co_filename != HERE:
            stack.append(place(code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    stack.reverse()
    return shortened(stack)


def stack_of(traceback):
    stack = []
    while traceback is not None and len(stack) < 2000:
        frame = traceback.tb_frame
        stack.append((frame.f_code, traceback.tb_lasti, traceback.tb_lineno))
        traceback = traceback.tb_next
    return [place(*entry) for entry in shortened(stack)]


def stack_of_summary(summary):
    """A stack that asyncio kept: a list of traceback.FrameSummary."""
    return shortened([
        [clipped(entry.filename, 1024), entry.lineno or 0, clipped(entry.name, 256)]
        for entry in summary or ()
    ])


def exception_fact(exception, seen):
    """An exception with what led to it and, for a group, its members."""
    seen.add(id(exception))
    kind = type(exception)
    fact = {
        "type": name_of(kind),
        "id": id(exception),
        "message": text_of(exception),
        "frames": stack_of(exception.__traceback__),
    }
    if isinstance(exception, SyntaxError) and type(exception.lineno) is int:
        fact["message"] = text_of(exception.msg)
        fact["syntax"] = [
            clipped(exception.filename or "", 1024), exception.lineno, exception.offset,
            getattr(exception, "end_lineno", None), getattr(exception, "end_offset", None),
            clipped(exception.text or "", 1024),
        ]
    earlier, relation = exception.__cause__, "cause"
    if earlier is None and not exception.__suppress_context__:
        earlier, relation = exception.__context__, "context"
    if earlier is not None and id(earlier) not in seen and len(seen) < EXCEPTIONS_MAX:
        fact[relation] = exception_fact(earlier, seen)
    members = getattr(exception, "exceptions", None)
    if VERSION >= (3, 11) and isinstance(exception, BaseExceptionGroup):
        fact["group"] = [
            exception_fact(member, seen) for member in members
            if id(member) not in seen and len(seen) < EXCEPTIONS_MAX
        ]
    return fact


def traceback_text(exception, may_import=False):
    """What the traceback module makes of it; empty where the program has not imported that."""
    module = sys.modules.get("traceback")
    if module is None and may_import:
        import traceback as module
    if module is None or not is_library(getattr(module, "__file__", None) or ""):
        return ""
    try:
        lines = module.format_exception(type(exception), exception, exception.__traceback__)
        return clipped("".join(lines), RAW_MAX)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return ""


def coroutine_fact(coroutine):
    """Its name, where it is defined, where it was made and where it stands."""
    fact = {"name": plain_name(coroutine), "id": id(coroutine)}
    for prefix in ("cr_", "gi_", "ag_"):
        code = getattr(coroutine, prefix + "code", None)
        if code is not None:
            fact["def"] = [clipped(code.co_filename, 1024), code.co_firstlineno,
                           clipped(code.co_name, 256)]
            break
    origin = getattr(coroutine, "cr_origin", None)
    if origin:
        fact["origin"] = [
            [clipped(path, 1024), line, clipped(name, 256)] for path, line, name in origin[::-1]
        ]
    stands = []
    while coroutine is not None and len(stands) < STACK_MAX:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "ag_frame", None)
        if frame is None:
            break
        if frame.f_lasti >= 0:
            stands.append(place(frame.f_code, frame.f_lasti, frame.f_lineno))
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    if stands:
        fact["stands"] = stands
    return fact


def future_fact(future):
    """A task, or a future that is none."""
    get_coroutine = getattr(future, "get_coro", None)
    fact = {"id": id(future)}
    created = getattr(future, "_source_traceback", None)
    if created:
        fact["created"] = stack_of_summary(created)
    if get_coroutine is not None:
        coroutine = get_coroutine()
        fact["name"] = clipped(future.get_name(), 256)
        if coroutine is not None:
            fact["coroutine"] = coroutine_fact(coroutine)
    return fact


future_fact_guarded = guarded(future_fact)


def object_fact(value):
    """What an object is, without running code of the program."""
    method = type(value).__repr__
    if type(method).__name__ == "wrapper_descriptor":
        shown = text_of(repr(value)) if not isinstance(value, (list, dict, tuple)) else ""
    else:
        shown = object.__repr__(value)
    fact = {"repr": clipped(shown, 512)}
    code = None
    for attribute in ("cr_code", "ag_code", "gi_code", "__code__"):
        code = code or getattr(value, attribute, None)
    if code is not None:
        fact["def"] = [clipped(code.co_filename, 1024), code.co_firstlineno,
                       clipped(code.co_name, 256)]
    return fact


# By identity: the program's frames below the making of a loop, a transport or a subprocess. An
# identity is had again by an object of these kinds at most, which then writes its own.
made = {}


@guarded
def note_maker(value):
    """Remembers who makes `value`."""
    made[id(value)] = own_stack(get_frame(2))


def own_stack(frame):
    """The program's stack, innermost first, without references to frames, which hold on to
    variables."""
    stack = []
    while frame is not None and len(stack) < STACK_MAX:
        code = frame.f_code
        if code.co_filename != HERE and not is_library(code.co_filename):
            stack.append((code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return stack


def makers_of(value):
    stack = made.pop(id(value), None)
    return [place(*entry) for entry in stack[::-1]] if stack else None


# By identity: of an asynchronous generator that took its first step where no loop runs, a
# reference, the code and the program's frames that made it do so.
begun = {}
# By thread: the identity, the code and the frames of the one that has died last.
begun_and_gone = {}


@guarded
def generator_begun(generator):
    """The interpreter's `firstiter` hook; a loop has its own in this place while it runs."""

    def died(reference, number=id(generator)):
        entry = begun.pop(number, None)
        if entry is not None:
            begun_and_gone[get_ident()] = (number,) + entry[1:]

    begun[id(generator)] = (
        weak_reference(generator, died), generator.ag_code, own_stack(get_frame(2)))


def begun_outside(generator, text):
    """What is known of a generator that is being destroyed and began outside of a loop.

    Since 3.14 the interpreter gives its repr in `text` and not the object.
    """
    number, code, stack = begun_and_gone.pop(get_ident(), (0, None, None))
    if generator is None:
        is_same = "%x>" % number in text
    else:
        is_same = number == id(generator)
    if not stack or not is_same:
        return {}
    return {
        "begun": [place(*entry) for entry in stack[::-1]],
        "generator": {
            "name": clipped(code.co_name, 256),
            "id": number,
            "def": [clipped(code.co_filename, 1024), code.co_firstlineno,
                    clipped(code.co_name, 256)],
        },
    }


def allocation_of(value):
    """Where tracemalloc saw the object being made, outermost first."""
    if not _tracemalloc.is_tracing():
        return None
    frames = _tracemalloc._get_object_traceback(value)
    return [[clipped(path, 1024), line, ""] for path, line in frames[::-1]] if frames else None


# --- Warnings -------------------------------------------------------------------------------

# The double below calls this name; it is the module's `warn`, and `_wm` the module.
warn = _wm = None
coroutine_shown = None
# By thread: the coroutine about which the interpreter is warning.
dying = {}
# By identity, once the program has ended: before that an identity may be had twice.
coroutines_told = None
base_events_path = LIBRARY + os.path.join("asyncio", "base_events.py")
stack_depth = 10


def printed_origin(origin):
    """What the interpreter without us would have tracked of `origin`; None: nothing."""
    if sys.get_coroutine_origin_tracking_depth() not in (0, DEPTH_INSIDE, DEPTH_OUTSIDE):
        # The program, or a foreign loop, has its own depth.
        return origin
    if len(origin) < DEPTH_INSIDE:
        for path, _, name in origin:
            if name == "run_forever" and path == base_events_path:
                break
        else:
            return None
    return origin[:stack_depth]


def unawaited_text(coroutine):
    """The message about a coroutine that was never awaited, as the interpreter has it."""
    global warn
    begin = clock()
    warn = _wm.warn
    dying[get_ident()] = coroutine_fact(coroutine)
    text = "coroutine '%s' was never awaited" % coroutine.__qualname__
    origin = coroutine.cr_origin
    if origin is not None:
        origin = printed_origin(origin)
    if origin is not None:
        import linecache
        import traceback

        entries = [
            (path, line, name, linecache.getline(path, line)) for path, line, name in origin[::-1]
        ]
        text += "\nCoroutine created at (most recent call last)\n"
        text = (text + "".join(traceback.format_list(entries))).rstrip("\n")
    take(begin)
    return text


def _warn_unawaited_coroutine(coro):
    msg = unawaited_text(coro)
    warn(msg, category=RuntimeWarning, stacklevel=2, source=coro)
    unawaited_was_said(coro, msg)


def _warn_unawaited_coroutine_3_14(coro):
    msg = unawaited_text(coro)
    _wm.warn(
        msg, category=RuntimeWarning, stacklevel=2, source=coro
    )
    unawaited_was_said(coro, msg)


@guarded
def unawaited_was_said(coroutine, text):
    """Counts what the interpreter did not print, because it had the same line before."""
    global coroutine_shown
    shown, coroutine_shown = coroutine_shown, None
    dying.pop(get_ident(), None)
    if shown == id(coroutine) or action_for(text) not in ("default", "module", "once"):
        return
    if not report.counts_more(*unawaited_place(coroutine)):
        tell_warning(text, RuntimeWarning, "", 0, coroutine, None)
        coroutine_shown = None


def action_for(text):
    """What the filters say to a RuntimeWarning."""
    filters = _wm._get_filters() if VERSION >= (3, 14) else _wm.filters
    for action, message, category, module, line in filters:
        if module is None and not line and issubclass(RuntimeWarning, category):
            if message is None or message.match(text):
                return action
    return _wm.defaultaction


def unawaited_place(coroutine):
    origin = coroutine.cr_origin
    code = coroutine.cr_code
    path, line = origin[0][:2] if origin else (code.co_filename, code.co_firstlineno)
    return ("unawaited", path, line, coroutine.__qualname__)


def is_recorded():
    """Whether the program keeps warnings to itself: catch_warnings(record=True)."""
    if VERSION >= (3, 14) and _wm._get_context().log is not None:
        return True
    return _wm._showwarnmsg_impl is not show_warning


@guarded
def warning_made(warning, caller, message, category, path, line, source):
    if caller.f_code.co_name in ("showwarning", "formatwarning"):
        # Not a new warning: somebody wants the text of one.
        if caller.f_globals.get("__name__") in ("warnings", "_py_warnings"):
            return
    if not is_recorded():
        tell_warning(message, category, path, line, source, caller)
        showing_begins(warning)


# By identity: references to warnings that are being shown.
shown_now = {}


def showing_begins(warning):
    """Takes the time until `warning` is gone: it lives for as long as it is being shown."""
    thread, begin = get_ident(), clock()

    def showing_ended(reference, number=id(warning)):
        shown_now.pop(number, None)
        # Who kept it has let it go somewhere else.
        if get_ident() == thread:
            take(begin)

    shown_now[id(warning)] = weak_reference(warning, showing_ended)


def tell_warning(message, category, path, line, source, caller):
    global coroutine_shown
    is_coroutine = type(source) is COROUTINE
    if is_coroutine:
        if coroutine_shown == id(source):
            # The program's way of showing a warning failed, and the interpreter says it again.
            return
        coroutine_shown = id(source)
        if coroutines_told is not None:
            coroutines_told.add(coroutine_shown)
        key = report.admits(*unawaited_place(source))
    else:
        key = report.admits("warning", category, path, line)
    if not key:
        return
    fact = {
        "key": key,
        "category": name_of(category),
        "bases": [base.__name__ for base in category.__mro__[:8]],
        "message": text_of(message),
        "file": clipped(path, 1024),
        "line": line,
    }
    if is_coroutine:
        fact["coroutine"] = coroutine_fact(source)
    elif source is not None:
        fact["source"] = object_fact(source)
    owner = source
    if source is None and caller is not None and caller.f_code.co_name == "__del__":
        # The warning about a StreamWriter names no object; its transport is what was made.
        variables = caller.f_locals
        owner = getattr(variables.get("self"), "_transport", None)
        if VERSION < (3, 13):
            variables.clear()
    if owner is not None:
        allocation = makers_of(owner) or allocation_of(owner)
        if allocation:
            fact["allocated"] = allocation
    if caller is not None:
        fact["stack"] = stack_from(caller)
    report.send("warning", fact)


def double(function, original, alignment):
    """Makes `function` pass for `original`; `alignment` is how many lines the last one moves."""
    code, model = function.__code__, original.__code__
    changes = {
        "co_filename": model.co_filename,
        "co_name": model.co_name,
        "co_firstlineno": code.co_firstlineno + alignment,
    }
    if VERSION >= (3, 11):
        changes["co_qualname"] = model.co_qualname
    function.__code__ = code.replace(**changes)
    function.__name__, function.__qualname__ = original.__name__, original.__qualname__
    function.__module__ = original.__module__
    function.__doc__ = original.__doc__


def lines_of(code):
    """The numbers of the lines that `code` has instructions for."""
    if VERSION >= (3, 10):
        return [line for _, _, line in code.co_lines() if line is not None]
    lines, line = [code.co_firstlineno], code.co_firstlineno
    for step in code.co_lnotab[1::2]:
        line += step if step < 128 else step - 256
        lines.append(line)
    return lines


def hook_warnings(module):
    global _wm, show_warning
    _wm = module
    show_warning = module._showwarnmsg_impl
    make = module.WarningMessage.__init__

    def __init__(self, message, category, filename, lineno, file=None, line=None, source=None):
        make(self, message, category, filename, lineno, file, line, source)
        warning_made(self, get_frame(1), message, category, filename, lineno, source)

    double(__init__, make, 0)
    module.WarningMessage.__init__ = __init__
    # The statement that warns is the last of the original, but not of the double: an error filter
    # makes it appear in a traceback.
    new, more = _warn_unawaited_coroutine, 1
    if VERSION >= (3, 14):
        new, more = _warn_unawaited_coroutine_3_14, 2
    original = module._warn_unawaited_coroutine
    double(new, original, max(lines_of(original.__code__)) + more - max(lines_of(new.__code__)))
    module._warn_unawaited_coroutine = new


# --- Ends of the program and of threads -----------------------------------------------------


def tell_uncaught():
    """Tells the exception that the interpreter has shown as the last one."""
    exception = getattr(sys, "last_value", None)
    if not isinstance(exception, BaseException) or isinstance(exception, SystemExit):
        return
    report.send("uncaught", {
        "exception": exception_fact(exception, set()),
        "raw": traceback_text(exception, may_import=True),
    })


@guarded
def unraisable(event):
    exception = event.exc_value
    if exception is None:
        return
    key = report.admits("unraisable", event.exc_type, last_place(event.exc_traceback))
    if not key:
        return
    fact = {
        "key": key,
        "exception": exception_fact(exception, set()),
        "raw": traceback_text(exception),
        "said": clipped(event.err_msg or ""),
    }
    if event.object is not None:
        fact["object"] = object_fact(event.object)
        if type(event.object) is COROUTINE:
            fact["coroutine"] = coroutine_fact(event.object)
    elif get_ident() in dying and "coroutine" in fact["said"]:
        # Since 3.14 only the text names it.
        fact["coroutine"] = dying[get_ident()]
    fact.update(begun_outside(event.object, fact["said"]))
    report.send("unraisable", fact)


# The interpreter's hook, and whether the audit hook takes the events.
write_unraisable = sys.unraisablehook
is_audited = False


class UnraisableHook:
    """`sys.unraisablehook`, which looks like the interpreter's."""

    __slots__ = ()

    def __call__(self, event, /):
        if not is_audited:
            unraisable(event)
        write_unraisable(event)

    def __repr__(self):
        return repr(write_unraisable)


unraisablehook = UnraisableHook()


def audit(name, arguments):
    if name == "sys.unraisablehook":
        unraisable(arguments[1])
    elif name == "cpython.PyInterpreterState_Clear":
        cleared()


def begin_audit():
    global is_audited
    if not is_audited:
        is_audited = True
        sys.addaudithook(audit)


def last_place(traceback):
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)


class ThreadEnd:
    """`Thread._invoke_excepthook`, which is read where an exception ends a thread."""

    def __get__(self, thread, owner=None):
        if thread is None:
            return self
        try:
            found = thread.__dict__["_invoke_excepthook"]
        except KeyError:
            raise AttributeError("_invoke_excepthook") from None
        if get_frame(1).f_code.co_name == "_bootstrap_inner":
            thread_ended(thread, sys.exc_info()[1])
        return found

    def __set__(self, thread, value):
        thread.__dict__["_invoke_excepthook"] = value


@guarded
def thread_ended(thread, exception):
    if exception is None or isinstance(exception, SystemExit):
        return
    key = report.admits("thread", type(exception), last_place(exception.__traceback__))
    if key:
        report.send("thread", {
            "key": key,
            "thread": clipped(thread.name, 256),
            "exception": exception_fact(exception, set()),
            "raw": traceback_text(exception),
        })


class Noticed:
    """An attribute whose assignments are noticed; without `__get__` it is read at full speed."""

    def __init__(self, name, notice):
        self.name = name
        self.notice = notice

    def __set__(self, owner, value):
        owner.__dict__[self.name] = value
        self.notice(owner, value)


@guarded
def thread_started(thread, ident):
    # The depth belongs to a thread. The main thread's object is made in the main thread too.
    if ident == get_ident() and sys.get_coroutine_origin_tracking_depth() == 0:
        sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
        notice_generators()


def notice_generators():
    """Has this thread tell which generators take their first step outside of a loop."""
    if sys.get_asyncgen_hooks().firstiter is None:
        sys.set_asyncgen_hooks(firstiter=generator_begun)


def hook_threading(module):
    module.Thread._invoke_excepthook = ThreadEnd()
    module.Thread._ident = Noticed("_ident", thread_started)


# --- The event loop -------------------------------------------------------------------------


class ExceptionHandler:
    """`BaseEventLoop._exception_handler`, which `call_exception_handler` reads before all else."""

    def __init__(self, code):
        self.code = code
        # Where the function reads the attribute first; it reads it again to call the handler.
        self.first = None

    def __get__(self, loop, owner=None):
        if loop is None:
            return self
        frame = get_frame(1)
        if frame.f_code is self.code:
            if self.first is None:
                self.first = frame.f_lasti
            if frame.f_lasti == self.first:
                context_seen(frame.f_locals.get("context"))
        try:
            return loop.__dict__["_exception_handler"]
        except KeyError:
            raise AttributeError("_exception_handler") from None

    def __set__(self, loop, handler):
        loop.__dict__["_exception_handler"] = handler


# By thread: the number of the frame and the identity of the context that was told last.
contexts = {}


@guarded
def context_seen(context):
    if type(context) is not dict:
        return
    contexts.pop(get_ident(), None)
    message = clipped(context.get("message") or "")
    exception = context.get("exception")
    future = context.get("task") or context.get("future")
    created = context.get("source_traceback")
    if isinstance(exception, BaseException):
        spot = (type(exception), last_place(exception.__traceback__))
    else:
        last = created[-1] if created else None
        spot = (None, last and (last.filename, last.lineno))
        exception = None
    if spot[1] is None and future is not None and hasattr(future, "get_coro"):
        spot = (spot[0], plain_name(future.get_coro()))
    key = report.admits("context", message[:40], spot)
    if not key:
        return
    fact = {"key": key, "message": message}
    if exception is not None:
        fact["exception"] = exception_fact(exception, set())
    if future is not None:
        fact["task" if hasattr(future, "get_coro") else "future"] = future_fact_guarded(future)
    if created:
        fact["created"] = stack_of_summary(created)
    generator = context.get("asyncgen")
    if generator is not None:
        fact["generator"] = coroutine_fact(generator)
    handle = context.get("handle")
    if handle is not None:
        fact["handle"] = handle_fact(handle)
    contexts[get_ident()] = (report.send("context", fact), id(context))


def handle_fact(handle):
    """The callback that a handle runs."""
    callback = getattr(handle, "_callback", None)
    while hasattr(callback, "func"):
        callback = callback.func
    fact = {"name": plain_name(callback)}
    code = getattr(callback, "__code__", None)
    if code is not None:
        fact["def"] = [clipped(code.co_filename, 1024), code.co_firstlineno,
                       clipped(code.co_name, 256)]
    return fact


@guarded
def record_made(path, message, arguments, exception, function):
    """A record of the logger `asyncio` at WARNING or above, made by the library."""
    if not is_library(path):
        return
    text = message % arguments if arguments else message
    if function == "_run_once":
        number = slow_told.pop(get_ident(), 0)
        if number:
            report.send("raw", {"of": number, "raw": clipped(text, RAW_MAX)})
        return
    if function == "default_exception_handler":
        frame, context = get_frame(2), None
        while frame is not None:
            if frame.f_code.co_name == "default_exception_handler":
                context = frame.f_locals.get("context")
                break
            frame = frame.f_back
        told = contexts.pop(get_ident(), None)
        if context is not None and (told is None or told[1] != id(context)):
            # The program called the default handler itself, or its own handler failed.
            context_seen(context)
            told = contexts.pop(get_ident(), None)
        if told is not None and told[0]:
            caught = exception[1] if type(exception) is tuple else None
            if caught is not None:
                text = text + "\n" + traceback_text(caught)
            report.send("raw", {"of": told[0], "raw": clipped(text, RAW_MAX).rstrip("\n")})
        return
    caller = get_frame(2)
    key = report.admits("log", function, text[:40])
    if key:
        fact = {"key": key, "message": clipped(text), "stack": stack_from(caller)}
        caught = exception[1] if type(exception) is tuple else None
        if caught is not None:
            fact["exception"] = exception_fact(caught, set())
        report.send("log", fact)


def hook_logger(logger):
    def makeRecord(name, level, fn, lno, msg, args, exc_info, func=None, extra=None, sinfo=None):
        record = type(logger).makeRecord(
            logger, name, level, fn, lno, msg, args, exc_info, func, extra, sinfo)
        if level >= 30:
            record_made(fn, msg, args, exc_info, func)
        return record

    logger.makeRecord = makeRecord
    level = config.get("log_level")
    if level:
        logger.setLevel(level.upper())


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
    watched = watcher.loops.get(id(loop))
    tally = {}
    if watched is not None:
        seconds -= watched.taken_since(begin)
        if seconds < loop.slow_callback_duration:
            return
        for moment, stack in list(watched.samples):
            if moment >= begin and not watched.was_taken(moment):
                tally[stack] = tally.get(stack, 0) + 1
    callback = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    is_task = isinstance(task, tasks.Task)
    coroutine = task.get_coro() if is_task else None
    code = getattr(coroutine, "cr_code", None) or getattr(callback, "__code__", None)
    stack = max(tally, key=tally.get) if tally else ()
    inner = stack[0][0].co_filename + str(stack[0][2]) if stack else None
    key = report.admits("slow", inner, code)
    if not key:
        return
    fact = {"key": key, "seconds": seconds, "handle_id": id(handle)}
    if is_task:
        fact["task"] = future_fact_guarded(task)
    else:
        fact["handle"] = handle_fact(handle)
        created = getattr(handle, "_source_traceback", None)
        if created:
            fact["created"] = stack_of_summary(created)
    if stack:
        fact["stack"] = [place(*entry) for entry in stack[::-1]]
    slow_told[get_ident()] = report.send("slow", fact)


class Watched:
    """What the watcher knows of one running loop."""

    def __init__(self, loop):
        self.loop = loop
        self.samples = []
        self.handle = None
        self.since = 0
        self.told = UNENDING_SECONDS
        # Of the loop's time: (beginning, nanoseconds) of what was ours, one after the other.
        self.taken = []

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

    def taken_since(self, begin):
        """Seconds."""
        return sum([span for start, span in self.taken if start >= begin]) / 1e9

    def was_taken(self, moment):
        return any([start <= moment <= start + span for start, span in self.taken])


class Watcher:
    """A thread that looks now and then where a running callback is.

    It looks twice as often as a callback may last, so that no slow one escapes, and sleeps in
    between. It is no `Thread`: the program would see it. It is not there during a fork(), about
    which newer interpreters warn where there are threads, nor when the interpreter is taken down,
    which older ones do not survive with a thread that is about to end.
    """

    def __init__(self):
        self.loops = {}
        # Held by the thread's owner; released to wake it.
        self.awake = None
        self.native = 0
        self.is_idle = False
        self.is_over = not config.get("blocking_stack", True)

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
            is_called = awake.acquire(True, -1 if self.is_idle else interval)
            if awake is not self.awake:
                return
            if not is_called:
                try:
                    interval = self.look()
                except Exception:
                    pass

    def look(self):
        """Takes the stacks of what runs now; gives the seconds until the next time."""
        shortest = 0.5
        now = clock()
        if sys.unraisablehook is not unraisablehook:
            begin_audit()
        for watched in list(self.loops.values()):
            loop = watched.loop
            shortest = min(shortest, loop.slow_callback_duration)
            handle = loop.__dict__.get("_current_handle")
            if handle is None:
                watched.handle = None
                continue
            if id(handle) != watched.handle:
                watched.handle, watched.since = id(handle), now
                watched.told = max(UNENDING_SECONDS, 2 * loop.slow_callback_duration)
            stack = self.stack(loop)
            if not stack:
                continue
            if len(watched.samples) >= SAMPLES_MAX:
                del watched.samples[::2]
            watched.samples.append((now, stack))
            seconds = (now - watched.since) / 1e9 - watched.taken_since(watched.since)
            if seconds >= watched.told:
                watched.told = seconds * 2
                self.tell_unending(handle, seconds, stack)
        return min(max(shortest / 2, 0.005), 0.25)

    def stack(self, loop):
        """The loop's stack, innermost first, without a reference to any of its frames."""
        frame = current_frames().get(loop.__dict__.get("_thread_id"))
        stack = []
        while frame is not None and len(stack) < 200:
            code = frame.f_code
            if code is run_once:
                if len(stack) > STACK_MAX:
                    stack = stack[: STACK_MAX // 2] + stack[-STACK_MAX // 2 :]
                return tuple(stack)
            stack.append((code, frame.f_lasti, frame.f_lineno))
            frame = frame.f_back
        return ()

    def tell_unending(self, handle, seconds, stack):
        task = getattr(getattr(handle, "_callback", None), "__self__", None)
        fact = {"seconds": seconds, "handle_id": id(handle),
                "stack": [place(*entry) for entry in stack[::-1]]}
        if isinstance(task, tasks.Task):
            fact["task"] = future_fact_guarded(task)
        else:
            fact["handle"] = handle_fact(handle)
        report.send("blocking", fact)


watcher = None
run_once = None


@guarded
def loop_ran(loop, thread):
    """`_thread_id` was set: the loop is made (None), starts (a number) or stops (None)."""
    if "_debug" not in loop.__dict__:
        note_maker(loop)
        hook_transports()
        return
    depth = sys.get_coroutine_origin_tracking_depth()
    if sys.unraisablehook is not unraisablehook:
        begin_audit()
    if thread is not None:
        # Without debug mode the interpreter tracks nothing, and so don't we.
        if loop.__dict__.get("_debug"):
            if depth == stack_depth:
                sys.set_coroutine_origin_tracking_depth(DEPTH_INSIDE)
            watcher.loops[id(loop)] = Watched(loop)
            watcher.start()
        elif depth == DEPTH_OUTSIDE:
            sys.set_coroutine_origin_tracking_depth(0)
    else:
        if depth == 0 and thread_is_tracked():
            sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
        watcher.loops.pop(id(loop), None)


def thread_is_tracked():
    module = sys.modules.get("threading")
    return module is not None and get_ident() in getattr(module, "_active", ())


@guarded
def tracking_set(loop, enabled):
    """Debug mode was switched while the loop runs, or the loop has put back what it found."""
    if loop.__dict__.get("_thread_id") is None:
        if not enabled and sys.get_coroutine_origin_tracking_depth() == 0:
            if thread_is_tracked():
                sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
    elif enabled:
        sys.set_coroutine_origin_tracking_depth(DEPTH_INSIDE)
        if id(loop) not in watcher.loops:
            watcher.loops[id(loop)] = Watched(loop)
            watcher.start()
    elif sys.get_coroutine_origin_tracking_depth() == DEPTH_OUTSIDE:
        sys.set_coroutine_origin_tracking_depth(0)


def hook_transports():
    """Notices who makes transports, by an attribute that each sets once, while it is made."""
    for module, name, attribute in (
        ("selector_events", "_SelectorTransport", "_server"),
        ("unix_events", "_UnixReadPipeTransport", "_pipe"),
        ("unix_events", "_UnixWritePipeTransport", "_pipe"),
        ("base_subprocess", "BaseSubprocessTransport", "_proc"),
    ):
        kind = getattr(sys.modules.get("asyncio." + module), name, None)
        if kind is not None and attribute not in kind.__dict__:
            setattr(kind, attribute, FirstNoticed(attribute))


class FirstNoticed:
    """An attribute whose first assignment tells that its owner is being made."""

    def __init__(self, name):
        self.name = name

    def __set__(self, owner, value):
        values = owner.__dict__
        if self.name not in values:
            note_maker(owner)
        values[self.name] = value


class FirstValue:
    """`slow_callback_duration`: the loop's own first value gives way to the configured one."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __set__(self, loop, value):
        values = loop.__dict__
        first = "slow_callback_duration" not in values
        values["slow_callback_duration"] = self.seconds if first else value


def hook_asyncio(module):
    global tasks, run_once, stack_depth
    loop = module.BaseEventLoop
    tasks = module.tasks
    run_once = loop._run_once.__code__
    stack_depth = module.constants.DEBUG_STACK_DEPTH
    loop._exception_handler = ExceptionHandler(loop.call_exception_handler.__code__)
    loop._thread_id = Noticed("_thread_id", loop_ran)
    loop._coroutine_origin_tracking_enabled = Noticed(
        "_coroutine_origin_tracking_enabled", tracking_set)
    seconds = config.get("slow_callback_duration")
    if seconds is not None and seconds != 0.1:
        loop.slow_callback_duration = FirstValue(float(seconds))
    original = module._format_handle
    double(_format_handle, original,
           max(lines_of(original.__code__)) - max(lines_of(_format_handle.__code__)))
    module._format_handle = _format_handle
    hook_logger(module.logger)
    if not config.get("asyncio", True):
        # Development mode would turn it on.
        module.coroutines._is_debug_mode = lambda: False
    kind = {"epoll": "EpollSelector", "poll": "PollSelector", "select": "SelectSelector"}.get(
        config.get("loop"))
    if kind:
        import selectors

        selectors.DefaultSelector = getattr(selectors, kind)


# --- Imports --------------------------------------------------------------------------------

# The modules that are not hooked yet.
hooks = {"asyncio.base_events": hook_asyncio, "threading": hook_threading}


def hook_loaded(name, module):
    """Hooks a module of the library that has been executed to its end."""
    hook = hooks.pop(name, None)
    if hook is not None:
        try:
            hook(module)
        except Exception:
            pass


def watch_imports(folder):
    """Has the finder of a folder of the library tell when one of `hooks` is found.

    The program's own modules of these names are found in other folders, before.
    """
    finder = sys.modules["_frozen_importlib_external"].PathFinder._path_importer_cache(folder)
    if finder is None:
        return
    find = type(finder).find_spec

    def find_spec(name, target=None):
        spec = find(finder, name, target)
        if spec is not None:
            if name == "asyncio":
                watch_imports(folder + os.sep + name)
            elif name in hooks:
                hook_after(spec)
        return spec

    finder.find_spec = find_spec


def hook_after(spec):
    loader = spec.loader
    execute = type(loader).exec_module

    def exec_module(module):
        del loader.exec_module
        execute(loader, module)
        hook_loaded(spec.name, module)

    # Frames of the import machinery are left out of tracebacks, this one among them.
    exec_module.__code__ = exec_module.__code__.replace(
        co_filename=execute.__code__.co_filename)
    loader.exec_module = exec_module


# --- The end --------------------------------------------------------------------------------

# By identity: what is to be told of a coroutine that dies after the warnings module.
late = {}
late_references = []


def is_unstarted(coroutine):
    if VERSION >= (3, 11):
        return (coroutine.cr_frame is not None and not coroutine.cr_running
                and not coroutine.cr_suspended)
    return coroutine.cr_frame is not None and coroutine.cr_frame.f_lasti == -1


@guarded
def ending():
    """The last exit function: looks for coroutines whose warning no hook will see."""
    global coroutines_told
    coroutines_told = set()
    watcher.is_over = True
    watcher.stop()
    begin_audit()
    tell_uncaught()
    import gc

    for candidate in [found for found in gc.get_objects() if type(found) is COROUTINE]:
        if not is_unstarted(candidate):
            continue
        text = "coroutine '%s' was never awaited" % candidate.__qualname__
        if _wm is not None and action_for(text) not in ("ignore", "error"):
            number = id(candidate)
            late[number] = [False, {
                "category": "RuntimeWarning",
                "bases": ["RuntimeWarning", "Warning"],
                "message": clipped(text),
                "file": "",
                "line": 0,
                "coroutine": coroutine_fact(candidate),
            }, unawaited_place(candidate)]

            def died(reference, entry=late[number]):
                entry[0] = True

            late_references.append(weak_reference(candidate, died))
            if len(late) >= LATE_MAX:
                break


@guarded
def cleared():
    """The interpreter has nothing left that could report anything."""
    for number, (is_dead, fact, spot) in late.items():
        if is_dead and number not in coroutines_told:
            key = report.admits(*spot)
            if key:
                report.send("warning", {"key": key, **fact})
    report.send_counts()
    report.send("bye", {})


# --- The beginning --------------------------------------------------------------------------

config = {}


async def _coroutine():
    pass


_sample = _coroutine()
COROUTINE = type(_sample)
_sample.close()


def begin(born, descriptor, settings):
    """Says hello on `descriptor` and hangs in the hooks.

    `born` is when the interpreter came to us; `settings` is what LOOPBOX_CONFIG had.
    """
    global report, watcher
    config.update(settings)
    watcher = Watcher()
    report = Report(descriptor)
    version = sys.version_info
    release = "%d.%d.%d" % version[:3]
    if version.releaselevel != "final":
        release += {"alpha": "a", "beta": "b"}.get(version.releaselevel, "rc") + str(version.serial)
    report.send("hello", {
        "version": release,
        "implementation": sys.implementation.name,
        "pid": process_id(),
        "born": born,
        "cwd": os.getcwd(),
        "library": LIBRARY,
    })
    import atexit
    import warnings

    hook_warnings(warnings)
    for name in list(hooks):
        module = sys.modules.get(name)
        if module is not None and is_library(getattr(module, "__file__", None) or ""):
            hook_loaded(name, module)
    watch_imports(LIBRARY[:-1])
    atexit.register(ending)
    os.register_at_fork(
        before=watcher.stop,
        after_in_parent=watcher.start_later,
        after_in_child=after_fork_in_child,
    )
    # Both names: a program that looks whether the hook is still the first one compares them.
    sys.unraisablehook = sys.__unraisablehook__ = unraisablehook
    sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
    notice_generators()


def after_fork_in_child():
    report.close_in_child()
    watcher.is_over = True
    watcher.loops.clear()

