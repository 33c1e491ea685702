# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Where the threads stand when the time is over and nobody in Python can say so: code in C keeps the interpreter to itself, or there is no loop to look after.
#
# A timer of the kernel (see alarms.py) has faulthandler's handler write it, in C, which is safe as long as the
# main thread runs no Python code; if it does, `tick` has told all there is to tell. That is text, no frame,
# in the report's descriptor.


def write_stacks_later():
    """Has all threads' stacks written when the program's time is all but over."""
    seconds = (config.get("stacks_at") or 0) - (clock() - watcher.begun) / 1e9
    if seconds <= 0 or create_timer is None or _signal.getsignal(LAST_SIGNAL) != _signal.SIG_DFL:
        return
    import faulthandler

    faulthandler.register(LAST_SIGNAL, file=report.descriptor, all_threads=True, chain=False)
    watcher.last_word = alarm_for(LAST_SIGNAL)
    if watcher.last_word is not None:
        watcher.last_word.set(seconds)


def write_no_stacks():
    if watcher.last_word is not None:
        watcher.last_word.set(0)
