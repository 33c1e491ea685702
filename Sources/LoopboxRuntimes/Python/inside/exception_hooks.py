# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Exceptions that ended the program or a thread, or that could be raised nowhere.

def tell_uncaught():
    """Tells the exception that the interpreter has shown as the last one."""
    exception = getattr(sys, "last_value", None)
    if not isinstance(exception, BaseException) or isinstance(exception, SystemExit):
        return
    report.send("uncaught", {
        "exception": exception_fact(exception, set()),
        "raw": traceback_text(exception, may_import=True),
        **stopper_of(exception),
    })


def stopper_of(exception):
    """Who stopped the loop, where that is what the exception is about."""
    if type(exception) is RuntimeError and exception.args[:1] == (
            "Event loop stopped before Future completed.",):
        return {"stack": [place(*entry) for entry in stopped_by.get(get_ident(), ())[::-1]]}
    return {}


@guarded
def unraisable(event):
    exception = event.exc_value
    if exception is None:
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


# The interpreter's hook, and whether the audit hook takes the events.
write_unraisable = sys.unraisablehook
is_audited = False


class UnraisableHook:
    """`sys.unraisablehook`, which looks like the interpreter's."""

    __slots__ = ()

    def __call__(self, event, /):
        if not is_audited:
            unraisable(event)
        write_unraisable(event)

    def __repr__(self):
        return repr(write_unraisable)


unraisablehook = UnraisableHook()


def audit(name, arguments):
    if name == "sys.unraisablehook":
        unraisable(arguments[1])
    elif name == "cpython.PyInterpreterState_Clear":
        cleared()


def begin_audit():
    global is_audited
    if not is_audited:
        is_audited = True
        sys.addaudithook(audit)


def last_place(traceback):
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)


class ThreadEnd:
    """`Thread._invoke_excepthook`, which is read where an exception ends a thread."""

    def __get__(self, thread, owner=None):
        if thread is None:
            return self
        try:
            found = thread.__dict__["_invoke_excepthook"]
        except KeyError:
            raise AttributeError("_invoke_excepthook") from None
        if get_frame(1).f_code.co_name == "_bootstrap_inner":
            thread_ended(thread, sys.exc_info()[1])
        return found

    def __set__(self, thread, value):
        thread.__dict__["_invoke_excepthook"] = value


@guarded
def thread_ended(thread, exception):
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


class Noticed:
    """An attribute whose assignments are noticed; without `__get__` it is read at full speed."""

    def __init__(self, name, notice):
        self.name = name
        self.notice = notice

    def __set__(self, owner, value):
        owner.__dict__[self.name] = value
        self.notice(owner, value)


@guarded
def thread_started(thread, ident):
    # The depth belongs to a thread. The main thread's object is made in the main thread too.
    if ident == get_ident() and sys.get_coroutine_origin_tracking_depth() == 0:
        sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
        notice_generators()


def notice_generators():
    """Has this thread tell which generators take their first step outside of a loop."""
    if sys.get_asyncgen_hooks().firstiter is None:
        sys.set_asyncgen_hooks(firstiter=generator_begun)


def hook_threading(module):
    module.Thread._invoke_excepthook = ThreadEnd()
    module.Thread._ident = Noticed("_ident", thread_started)
    hook_thread_makers(module)
