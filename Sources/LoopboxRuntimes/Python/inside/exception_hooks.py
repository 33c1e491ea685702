# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Exceptions that ended the program or a thread, or that could be raised nowhere.

def tell_uncaught():
    """Tells the exception that the interpreter has shown as the last one."""
    exception = getattr(sys, "last_value", None)
    if (not isinstance(exception, BaseException) or isinstance(exception, SystemExit)
            or not has_ended_program(exception)):
        return
    report.send("uncaught", {
        "exception": exception_fact(exception, set()),
        "raw": traceback_text(exception, may_import=True),
        **stopper_of(exception),
    })


def has_ended_program(exception):
    """Whether the program's own file, or what runs its module, was left with it: consoles and test
    runners put exceptions into `sys.last_value`, too."""
    if exception.__traceback__ is None:
        return (isinstance(exception, SyntaxError) and type(exception.filename) is str
                and os.path.basename(exception.filename) == os.path.basename(sys.argv[0]))
    frame = exception.__traceback__.tb_frame
    code = frame.f_code
    if code.co_name == "_run_module_as_main":
        return is_library(code.co_filename)
    main = getattr(sys.modules.get("__main__"), "__dict__", None)
    return code.co_name == "<module>" and frame.f_globals is main and code.co_filename[:1] != "<"


def stopper_of(exception):
    """Who stopped the loop, where that is what the exception is about."""
    if type(exception) is RuntimeError and exception.args[:1] == (
            "Event loop stopped before Future completed.",):
        return {"stack": [place(*entry) for entry in stopped_by.get(get_ident(), ())[::-1]]}
    return {}


@guarded
def unraisable(event):
    exception = event.exc_value
    # When there are no modules any more, the interpreter's own words are all there is.
    if exception is None or sys.modules is None:
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


@guarded
def socket_made(value):
    note_maker(value)


def audit(name, arguments):
    if name == "open":
        file_opened(arguments[0])
    elif name == "socket.__new__":
        socket_made(arguments[0])
    elif name == "os.scandir":
        folder_read()
    elif name == "sys.unraisablehook":
        unraisable(arguments[1])
    elif name == "cpython.PyInterpreterState_Clear":
        cleared()


def last_place(traceback):
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)


@guarded
def thread_ended(thread):
    exception = sys.exc_info()[1]
    if exception is None or isinstance(exception, SystemExit):
        return
    key = report.admits("thread", type(exception), last_place(exception.__traceback__))
    if key:
        report.send("thread", {
            "key": key,
            "thread": clipped(thread.name, 256),
            "exception": exception_fact(exception, set()),
            "raw": traceback_text(exception),
            "allocated": makers_of(thread, is_alive=True),
            **stopper_of(exception),
        })


@guarded
def thread_started(thread):
    # The depth belongs to a thread. The main thread's object is made in the main thread too.
    if sys.get_coroutine_origin_tracking_depth() == 0:
        sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
        notice_generators()


def notice_generators():
    """Has this thread tell which generators take their first step outside of a loop."""
    if sys.get_asyncgen_hooks().firstiter is None:
        sys.set_asyncgen_hooks(firstiter=generator_begun)


@guarded
def thread_made(thread):
    note_maker(thread)


class Threads:
    """What `threading.Thread` calls."""

    made = staticmethod(thread_made)
    started = staticmethod(thread_started)
    ended = staticmethod(thread_ended)


def hook_threading(module):
    kind = module.Thread
    rewrite(
        [kind.__init__, kind._set_ident, kind._bootstrap_inner], Threads,
        ("after", "_target", "OURS.made(self)"),
        ("after", "_ident", "OURS.started(self)"),
        ("before", "_invoke_excepthook", "OURS.ended(self)"),
    )
    module._register_atexit(main_thread_ended)
