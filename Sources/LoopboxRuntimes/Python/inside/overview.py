# SPDX-License-Identifier: Apache-2.0
"""Loopbox's eyes inside the interpreter that runs a program.

`begin` hangs the hooks in. From then on what they see is written to the report descriptor, in
frames of a 32 bit length (big endian) and one JSON object.

How this works. What the interpreter prints has to be byte for byte what it prints without us, and
no frame of ours may lie beneath the program's code: it would show in tracebacks, in
`traceback.print_stack()` and in the stacks that asyncio keeps of every task. Wrapping functions is
therefore out. Nor may there be a thread of ours, or an attribute in a class that was not there: the
program could meet them. What is used instead, in the order of preference:

1. Functions of the library call us: the statement that does so is put into their code, and our
   frame is gone before the program's code runs (rewriting.py).
2. An audit hook, for what is written in C: who opens a file or a socket, and exceptions that could
   be raised nowhere. It can't be removed, and costs a loop in debug mode, which looks at frames
   all the time, a tenth of its time at most.
3. What the interpreter leaves behind: an exception that ended the program is in `sys.last_value`
   when the exit functions run.
4. Timers of the kernel, whose signals a handler of ours gets in the main thread, for what takes
   longer than it may (alarms.py).
5. Descriptors on classes of the library that hardly anybody looks at: transports, the tracker of
   `multiprocessing`. And a constructor that is called right before the program's code,
   `WarningMessage`.
6. One function is replaced by a double that does the same, line by line, and carries the file name
   and the line numbers of the original: `_warn_unawaited_coroutine`.
7. `sys.set_asyncgen_hooks` has a place for who wants to know of first steps. A program that asks
   for the hooks finds ours there, outside of a loop; nothing else tells where a generator began.

A hook that fails is told as `harness_error`, and the program goes on; what the program's handler of a
signal raises while it is in one goes through (`failed`).

The interpreter collects garbage when something is made, and what dies then is told with the line that
made it. In our functions it collects none, unless there are other threads, and what we keep does not
hasten it (`observer`, `ballast`).

Whatever we do in a loop's thread, and what the interpreter does to show a warning, is taken off
the time of the callback in which it happens (`take`).

The files beside this one are parts of one module, `loopbox_inside`, which `PythonHarness.swift`
puts together in the order of its list: they share their names, and a module more would make every
start of the interpreter 0.2 ms longer.

What the program has silenced (filters, `catch_warnings(record=True)`) stays silent.
"""

# Our own copy: the program may replace what is in there, and the interpreter empties it before
# the last of our functions has run.
__builtins__ = dict(__builtins__)

import _thread
import _tracemalloc
import gc
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
# Stacks kept of one blocking callback; when it is full, every other one goes.
SAMPLES_MAX = 64
# Coroutines that are looked after when the interpreter ends, and objects of the system.
LATE_MAX = 1000
# Tasks told of when everything is told, and other tasks told of that one of them waits for.
TASKS_MAX = 200
WAITED_MAX = 20
# Threads told of then.
THREADS_MAX = 64
# Spans of time kept that were ours, in one loop; when it is full, neighbours become one.
SPANS_MAX = 256
# Frames that coroutines remember of their creation inside a loop in debug mode (the interpreter
# has 10, of which six are asyncio's) and outside. They differ so that they can be told apart.
DEPTH_INSIDE = 26
DEPTH_OUTSIDE = 25
# A callback that blocks for so long is told before it ends: it may never end.
UNENDING_SECONDS = 1.0
# A selector that is later than a slow callback may be by so much has overslept, if it is found so
# at so many looks.
OVERSLEPT_SECONDS = 1.0
OVERSLEPT_LOOKS = 3
# A loop that waits for others is looked at after so long, and then less often.
LOOK_SECONDS = 0.1

current_frames = sys._current_frames
get_frame = sys._getframe
get_ident = _thread.get_ident
# As `id`, but no audit hook of the program's is called.
identity = object.__hash__
clock = time.monotonic_ns
file_status, path_status = os.fstat, os.stat
write_bytes, process_id = os.write, os.getpid
