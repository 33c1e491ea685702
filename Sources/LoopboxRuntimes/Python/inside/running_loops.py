# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Loops that start, stop, and make transports; the hooks of asyncio.

watcher = None
run_once = None
# Of `run_once` in its file.
run_once_lines = ()
# By thread: the program's frames that stopped a loop there last.
stopped_by = {}


@guarded
def loop_ran(loop):
    """`_thread_id` was set: the loop is made (None), starts (a number) or stops (None)."""
    thread = loop.__dict__.get("_thread_id")
    if "_debug" not in loop.__dict__:
        note_maker(loop)
        hook_transports()
        if timeline is not None:
            timeline.loop_made(loop)
        return
    depth = sys.get_coroutine_origin_tracking_depth()
    if thread is not None:
        loop_started(loop)
        # Without debug mode the interpreter tracks nothing, and so don't we.
        if loop.__dict__.get("_debug"):
            if depth == stack_depth:
                sys.set_coroutine_origin_tracking_depth(DEPTH_INSIDE)
            watch(loop)
        elif depth == DEPTH_OUTSIDE:
            sys.set_coroutine_origin_tracking_depth(0)
    else:
        loop_stopped(loop)
        if timeline is not None:
            timeline.loop_stopped(loop)
        watched = watched_loops.pop(identity(loop), None)
        if watched is not None:
            watched.end()
        if depth == 0 and thread_is_tracked():
            sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)


def watch(loop):
    """A loop runs in debug mode from now on, in this thread."""
    if process_id() != watcher.process:
        return
    watched = Watched(loop)
    if timeline is not None:
        watched.times = timeline.loop_started(loop)
    watched_loops[identity(loop)] = watched
    watched.arm(moment())


@guarded
def loop_stopping(loop):
    """Remembers who stops a loop, where that is not the end of what it runs for."""
    caller = get_frame(2).f_back
    if caller is None or caller.f_code.co_name != "_run_until_complete_cb":
        stopped_by[get_ident()] = own_stack(caller)


def thread_is_tracked():
    module = sys.modules.get("threading")
    return module is not None and get_ident() in getattr(module, "_active", ())


@guarded
def tracking_set(loop):
    """Debug mode was switched while the loop runs, or the loop has put back what it found."""
    enabled = loop.__dict__["_coroutine_origin_tracking_enabled"]
    if loop.__dict__.get("_thread_id") is None:
        if not enabled and sys.get_coroutine_origin_tracking_depth() == 0:
            if thread_is_tracked():
                sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
    elif enabled:
        sys.set_coroutine_origin_tracking_depth(DEPTH_INSIDE)
        if identity(loop) not in watched_loops:
            watch(loop)
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


class Loops:
    """What `BaseEventLoop` calls."""

    ran = staticmethod(loop_ran)
    stopping = staticmethod(loop_stopping)
    tracks = staticmethod(tracking_set)
    fails = staticmethod(context_seen)
    resolved = staticmethod(name_resolved)


def hook_asyncio(module):
    global tasks, run_once, run_once_lines, stack_depth, loop_time
    loop = module.BaseEventLoop
    tasks = module.tasks
    for name in modules_of_extensions:
        sys.modules.setdefault(name, modules_of_extensions[name])
    loop_time = loop.time
    stack_depth = module.constants.DEBUG_STACK_DEPTH
    hook_steps(module)
    run_once = loop._run_once.__code__
    run_once_lines = range(run_once.co_firstlineno, max(lines_of(run_once)) + 1)
    functions = [
        loop.__dict__[name] for name in (
            "__init__", "run_forever", "_run_forever_setup", "_run_forever_cleanup", "stop",
            "_set_coroutine_origin_tracking", "call_exception_handler", "_getaddrinfo_debug")
        if name in loop.__dict__
    ]
    rewrite(
        functions, Loops,
        ("after", "_thread_id", "OURS.ran(self)"),
        ("begin", "stop", "OURS.stopping(self)"),
        ("after", "_coroutine_origin_tracking_enabled", "OURS.tracks(self)"),
        ("begin", "call_exception_handler", "OURS.fails(context)"),
        ("before", "info", "OURS.resolved(msg)"),
    )
    seconds = config.get("slow_callback_duration")
    if seconds is not None and seconds != 0.1:
        # The only number of the kind in there.
        code = loop.__init__.__code__
        loop.__init__.__code__ = code.replace(co_consts=tuple([
            float(seconds) if type(one) is float and one == 0.1 else one for one in code.co_consts
        ]))
    hook_logger(module.logger)
    if not config.get("asyncio", True):
        # Development mode would turn it on.
        module.coroutines._is_debug_mode = lambda: False
    kind = {"epoll": "EpollSelector", "poll": "PollSelector", "select": "SelectSelector"}.get(
        config.get("loop"))
    if kind:
        import selectors

        selectors.DefaultSelector = getattr(selectors, kind)
