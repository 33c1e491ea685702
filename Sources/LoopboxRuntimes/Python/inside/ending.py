# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). The end: what is reported when no hook is left to see it, and the farewell.

# By identity: what is to be told of an object that dies after the warnings module.
late = {}
late_references = []


def is_unstarted(coroutine):
    if VERSION >= (3, 11):
        return (coroutine.cr_frame is not None and not coroutine.cr_running
                and not coroutine.cr_suspended)
    return coroutine.cr_frame is not None and coroutine.cr_frame.f_lasti == -1


def late_coroutine(coroutine):
    if is_unstarted(coroutine):
        text = "coroutine '%s' was never awaited" % coroutine.__qualname__
        tell_late(coroutine, RuntimeWarning, text, unawaited_place(coroutine),
                  {"coroutine": coroutine_fact(coroutine)})


def late_socket(found):
    if _socket.socket.fileno(found) >= 0:
        opened.append((found, "unclosed "))


def late_file(found):
    """The outermost of the layers of a file is told; each of them is found."""
    inner = found
    while type(inner) in LAYERS:
        lower = getattr(inner, LAYERS[type(inner)], None)
        if lower is None:
            return
        inside.add(id(lower))
        inner = lower
    if type(inner) is _io.FileIO and not inner.closed and inner.closefd:
        opened.append((found, "unclosed file "))


def late_loop(found):
    values = found.__dict__
    if not values.get("_closed", True) and values.get("_thread_id") is None:
        inside.update([id(values.get("_ssock")), id(values.get("_csock"))])
        opened.append((found, "unclosed event loop "))


def late_transport(found):
    values = found.__dict__
    own = values.get("_sock", values.get("_pipe"))
    # One that has been warned about has closed it.
    if own is not None and not (getattr(own, "_closed", False) or getattr(own, "closed", False)):
        inside.add(id(own))
        opened.append((found, "unclosed transport "))


def late_subprocess(found):
    values = found.__dict__
    inside.add(id(values.get("_proc")))
    if not values.get("_closed", True):
        opened.append((found, "unclosed transport "))


def late_process(found):
    values = found.__dict__
    # Those in the list have been reported, and are kept until they have ended.
    reported = getattr(sys.modules["subprocess"], "_active", None) or ()
    if any([found is other for other in reported]):
        return
    if values.get("_child_created") and values.get("returncode") is None:
        opened.append((found, "subprocess %s is still running" % values.get("pid")))


def late_kinds():
    """By the identity of a class: what is to be done with an object of it."""
    kinds = {id(COROUTINE): late_coroutine}
    for module, name, function in (
        ("_socket", "socket", late_socket),
        ("subprocess", "Popen", late_process),
        ("asyncio.base_events", "BaseEventLoop", late_loop),
        ("asyncio.selector_events", "_SelectorTransport", late_transport),
        ("asyncio.base_subprocess", "BaseSubprocessTransport", late_subprocess),
        ("asyncio.unix_events", "_UnixReadPipeTransport", late_transport),
        ("asyncio.unix_events", "_UnixWritePipeTransport", late_transport),
    ):
        kind = getattr(sys.modules.get(module), name, None)
        waiting = [kind] if isinstance(kind, type) else []
        while waiting:
            kind = waiting.pop()
            kinds[id(kind)] = function
            waiting += type.__subclasses__(kind)
    for kind in (_io.FileIO, *LAYERS):
        kinds[id(kind)] = late_file
    return kinds


def tell_late_resource(resource, shown):
    """`shown` is how the warning about it begins, or all of the warning."""
    if shown.endswith(" "):
        shown += object_text(resource)
    fact = {"source": object_fact(resource), **maker_fact(resource, is_alive=True)}
    tell_late(resource, ResourceWarning, shown, ("late", id(resource)), fact)


def tell_late(candidate, category, text, spot, fact):
    if _wm is None or action_for(text, category) in ("ignore", "error") or len(late) >= LATE_MAX:
        return
    number = id(candidate)
    late[number] = [False, {
        "category": category.__name__,
        "bases": [category.__name__, "Warning"],
        "message": clipped(text),
        "file": "",
        "line": 0,
        **fact,
    }, spot]

    def died(reference, entry=late[number]):
        entry[0] = True

    try:
        late_references.append(weak_reference(candidate, died))
    except TypeError:
        # The inner class of sockets has no references: nothing would say whether it dies.
        del late[number]


@guarded
def ending():
    """The last exit function: looks for objects whose warning no hook will see."""
    global told_at_end, opened, inside, LAYERS, _io, _socket
    told_at_end = set()
    flush_timeline(True)
    watcher.end()
    tell_uncaught()
    import _io
    import gc

    _socket = sys.modules.get("_socket")
    LAYERS = {_io.TextIOWrapper: "buffer", _io.BufferedReader: "raw",
              _io.BufferedWriter: "raw", _io.BufferedRandom: "raw"}
    # What is open, and what belongs to something of that.
    opened, inside = [], set()
    kinds = late_kinds()
    candidates = [found for found in gc.get_objects() if id(type(found)) in kinds]
    while candidates:
        found = candidates.pop()
        kinds[id(type(found))](found)
    while opened:
        found, shown = opened.pop()
        if id(found) not in inside:
            tell_late_resource(found, shown)


@guarded
def cleared():
    """The interpreter has nothing left that could report anything."""
    for number, (is_dead, fact, spot) in late.items():
        if is_dead and number not in told_at_end:
            key = report.admits(*spot)
            if key:
                report.send("warning", {"key": key, **fact})
    tell_leaked_objects()
    report.send_counts()
    report.send("bye", {})
