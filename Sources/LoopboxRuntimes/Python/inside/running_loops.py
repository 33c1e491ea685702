# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Loops that start, stop, and make transports; the hooks of asyncio.

watcher = None
run_once = None
# Of `run_once` in its file.
run_once_lines = ()
# By thread: the program's frames that stopped a loop there last.
stopped_by = {}


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
        loop_started(loop)
        # Without debug mode the interpreter tracks nothing, and so don't we.
        if loop.__dict__.get("_debug"):
            if depth == stack_depth:
                sys.set_coroutine_origin_tracking_depth(DEPTH_INSIDE)
            watcher.loops[id(loop)] = Watched(loop)
            watcher.start()
        elif depth == DEPTH_OUTSIDE:
            sys.set_coroutine_origin_tracking_depth(0)
    else:
        loop_stopped(loop)
        if depth == 0 and thread_is_tracked():
            sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
        watcher.loops.pop(id(loop), None)


@guarded
def loop_stopping(loop, is_stopping):
    """Remembers who stops a loop, where that is not the end of what it runs for."""
    if is_stopping:
        caller = get_frame(3).f_back
        if caller is None or caller.f_code.co_name != "_run_until_complete_cb":
            stopped_by[get_ident()] = own_stack(caller)


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
    global tasks, run_once, run_once_lines, stack_depth, loop_time
    loop = module.BaseEventLoop
    tasks = module.tasks
    run_once = loop._run_once.__code__
    run_once_lines = range(run_once.co_firstlineno, max(lines_of(run_once)) + 1)
    loop_time = loop.time
    stack_depth = module.constants.DEBUG_STACK_DEPTH
    loop._exception_handler = ExceptionHandler(loop.call_exception_handler.__code__)
    loop._thread_id = Noticed("_thread_id", loop_ran)
    loop._stopping = Noticed("_stopping", loop_stopping)
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
