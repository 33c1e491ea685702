# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Where the threads stand when the time is over and nobody in Python can say so: code in C keeps the interpreter to itself, or there is no loop to look after.
#
# faulthandler has a thread in C for that, which needs no interpreter. It writes text, no frame, to
# the report's descriptor. It must not be there during a fork() and in the search for a deadlock any
# more than the watcher. A program that uses it for itself takes it from us.
#
# Nor may it begin before the program's first line: the interpreter puts in other functions for raw memory
# for a moment when it has found the program (`_PyPathConfig_UpdateGlobal`), and a thread that is just
# beginning gives back, by them, what others have allocated. That was one crash in a thousand starts.

# Whether the thread in C is there, unless the program has taken it.
dumps_stacks = False


def dump_stacks_from_first_line():
    if config.get("stacks_at"):
        sys.setprofile(first_line)


def first_line(frame, event, argument):
    """A profile function until the program, or what runs its module, is called from C."""
    if (event == "call" and frame.f_back is None
            and frame.f_code.co_name in ("<module>", "_run_module_as_main")):
        sys.setprofile(None)
        dump_stacks_later(watcher.begun)


@guarded
def dump_stacks_later(begun):
    """Has the stacks written when the time of the program, which began at `begun`, is all but
    over."""
    global dumps_stacks
    seconds = (config.get("stacks_at") or 0) - (clock() - begun) / 1e9
    if seconds > 0:
        import faulthandler

        faulthandler.dump_traceback_later(seconds, file=report.descriptor)
        dumps_stacks = True


@guarded
def dump_no_stacks():
    """Whether there was anything to cancel."""
    global dumps_stacks
    if not dumps_stacks:
        return False
    import faulthandler

    dumps_stacks = False
    faulthandler.cancel_dump_traceback_later()
    return True


def kernel_threads():
    """How many threads the kernel counts; it goes on for a moment after one has ended. None where the
    sandbox hides /proc, from the interpreter too."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return None


def before_fork():
    """Leaves no thread of ours: since 3.12 the interpreter warns of any, by the kernel's count."""
    watcher.stop()
    count = kernel_threads()
    if dump_no_stacks() and count is not None:
        for _ in range(400):
            if kernel_threads() < count:
                break
            time.sleep(0.0005)
