# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). The end: coroutines whose warning no hook will see, and the farewell.

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
