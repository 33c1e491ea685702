# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Timers of the kernel, and the stacks that faulthandler writes when they go off.

# How this works. What a callback does while it blocks can't be seen by the loop's own code. A thread of ours
# would be there for the program to meet: it would hold the program's frames, take the interpreter's lock, get
# signals, and run destructors. So the kernel looks at the clock: a loop in the main thread has a timer, which
# goes off when half of the time is over that a callback may take, and then again and again. While callbacks
# are short it is set anew before it is due, and while the loop waits it is off: no signal is ever sent then.
# When it goes off, a handler in the same thread (`tick`) has the frame that was interrupted. It runs in
# between two instructions, or in a call that waits (PEP 475), so nothing is looked at that moves.
#
# The signal is SIGURG, which nobody uses and which does nothing where a program takes our handler from it. A
# system call that it meets is taken up again by the interpreter (PEP 475), after the handler has seen where
# it waits: with SA_RESTART, the handler would not run before the call has ended, and would find the line
# after the one that blocks. A real-time signal has the same handler, for what a loop waits for and for the
# end of the program's time. Timers are not inherited by children.
#
# A loop in another thread has no handler: signals would have to go to the main thread, whose pause() they
# end. Where its callbacks block is only seen when the time is over.
#
# What was tried instead:
# - faulthandler's handlers, in C. Since 3.11 they can't walk the stack of a thread that runs Python code: a
#   frame that is being made or left has no code yet, and the program dies of SIGSEGV, once in a few thousand
#   times under 3.11, 3.12 and 3.13. `dump_traceback_later` does the same from a thread of its own.
# - setting the timer at each step: 1.3 us and a system call.
# - a supervisor outside: it has to look at a shared page twenty times a second, needs the thread's number in
#   its own namespace, and then has nothing but a signal as well.

import _signal

# Of the real-time signals, those that libraries use count from either end.
TICK_SIGNAL, URGENT_SIGNAL, LAST_SIGNAL = (
    _signal.SIGURG, _signal.SIGRTMAX - 9, _signal.SIGRTMAX - 10)
CLOCK_MONOTONIC, SIGEV_THREAD_ID = 1, 4

# What the import of the first extension module brings with it: a codec, before 3.11. It is the program's as
# soon as that has imported one itself.
modules_of_extensions = {}

# The C library's functions; None: they can't be had.
create_timer = None


def load_timers():
    """Gets the C library's functions. They keep the interpreter's lock: they take no time."""
    global create_timer, set_timer, delete_timer, Pointer, pointer_to
    before = set(sys.modules)
    import _ctypes

    for name in set(sys.modules) - before - {"_ctypes"}:
        modules_of_extensions[name] = sys.modules[name]

    class Number(_ctypes._SimpleCData):
        _type_ = "l"

    class Pointer(_ctypes._SimpleCData):
        _type_ = "P"

    class Function(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI
        _restype_ = Number

    library = _ctypes.dlopen(None, 0)
    pointer_to = _ctypes.byref
    set_timer, delete_timer, create_timer = [
        Function(_ctypes.dlsym(library, name))
        for name in ("timer_settime", "timer_delete", "timer_create")
    ]


def words(*numbers):
    return b"".join([number.to_bytes(8, sys.byteorder) for number in numbers])


class Alarm:
    """A timer that sends a signal to one thread, once."""

    __slots__ = ("identity", "delay", "text", "is_set")

    def __init__(self, number, thread):
        self.identity = Pointer()
        self.delay, self.text, self.is_set = 0.0, bytes(32), False
        event = b"".join([words(0)] + [
            one.to_bytes(4, sys.byteorder) for one in (int(number), SIGEV_THREAD_ID, thread)
        ]).ljust(64, b"\0")
        if create_timer(CLOCK_MONOTONIC, event, pointer_to(self.identity)):
            raise OSError("no timer left")

    def set(self, delay):
        """Lets it go off `delay` seconds from now; 0: never."""
        if delay != self.delay:
            self.delay = delay
            self.text = bytes(16) + words(*divmod(int(delay * 1e9), 10**9))
        self.is_set = delay != 0
        set_timer(self.identity, 0, self.text, None)

    def delete(self):
        delete_timer(self.identity)


def alarm_for(number):
    """An alarm for this thread; None: there can be none."""
    if create_timer is None:
        return None
    try:
        return Alarm(number, _thread.get_native_id())
    except OSError:
        return None


def moved_up(descriptor):
    """`descriptor` under a high number: one that the program would have been given must be free
    for it."""
    target = min(os.sysconf("SC_OPEN_MAX"), 4096) - 1
    while target > descriptor:
        try:
            file_status(target)
        except OSError:
            os.dup2(descriptor, target, inheritable=False)
            os.close(descriptor)
            return target
        target -= 1
    os.set_inheritable(descriptor, False)
    return descriptor


def identity_of(descriptor):
    """Which file a descriptor is of; None: it is closed."""
    try:
        status = file_status(descriptor)
    except OSError:
        return None
    return (status.st_dev, status.st_ino)


# Whether `tick` is the handler of both signals, and the thread that it runs in.
is_ticking, main_thread = False, 0


def hook_signals():
    """Has both signals call `tick`."""
    global is_ticking
    load_timers()
    for number in (TICK_SIGNAL, URGENT_SIGNAL):
        if _signal.getsignal(number) != _signal.SIG_DFL:
            return
    for number in (TICK_SIGNAL, URGENT_SIGNAL):
        _signal.signal(number, tick)
    is_ticking = True
    if watcher.tells_at:
        watcher.over = alarm_for(URGENT_SIGNAL)
        if watcher.over is not None:
            watcher.over.set(max((watcher.tells_at - clock()) / 1e9, 0.001))


def has_signals():
    """Whether both are still ours."""
    return (is_ticking and _signal.getsignal(TICK_SIGNAL) is tick
            and _signal.getsignal(URGENT_SIGNAL) is tick)
