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
   a loop starts and stops, `ResourceTracker._fd` is read where something is registered. The frame of
   the descriptor is gone before the program's code runs.
3. Constructors that the library calls right before the program's code: `WarningMessage`, and
   `isEnabledFor` and `makeRecord` of the logger `asyncio`.
4. Two functions are replaced by doubles that do the same, line by line, and carry the file name
   and the line numbers of the originals: `_format_handle` and `_warn_unawaited_coroutine`.
5. `sys.unraisablehook` is ours and calls the interpreter's. Where a program sets its own, an audit
   hook takes over. That one sees everything and can't be removed, but it costs a tenth of the time
   of a loop in debug mode, which looks at frames all the time: each look is an event.
6. `sys.set_asyncgen_hooks` has a place for who wants to know of first steps. A program that asks
   for the hooks finds ours there, outside of a loop; nothing else tells where a generator began.

The interpreter collects garbage when something is made, and what dies then is told with the line that
made it. In our functions it collects none (`guarded`).

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
# Coroutines that are looked after when the interpreter ends, and objects of the system.
LATE_MAX = 1000
# Stacks kept of one blocking callback; when it is full, every other one goes.
SAMPLES_MAX = 64
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

current_frames = sys._current_frames
get_frame = sys._getframe
get_ident = _thread.get_ident
clock = time.monotonic_ns
file_status, path_status = os.fstat, os.stat
write_bytes, process_id = os.write, os.getpid
