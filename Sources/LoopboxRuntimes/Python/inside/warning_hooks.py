# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Warnings: coroutines that were never awaited, resources left open, and all others.

# The double below calls this name; it is the module's `warn`, and `_wm` the module.
warn = _wm = None
coroutine_shown = None
# By thread: the coroutine about which the interpreter is warning.
dying = {}
# By identity, once the program has ended: before that an identity may be had twice.
told_at_end = None
base_events_path = LIBRARY + os.path.join("asyncio", "base_events.py")
stack_depth = 10


def printed_origin(origin):
    """What the interpreter without us would have tracked of `origin`; None: nothing."""
    if sys.get_coroutine_origin_tracking_depth() not in (0, DEPTH_INSIDE, DEPTH_OUTSIDE):
        # The program, or a foreign loop, has its own depth.
        return origin
    if len(origin) < DEPTH_INSIDE:
        for path, _, name in origin:
            if name == "run_forever" and path == base_events_path:
                break
        else:
            # Below the innermost: that one may be where a coroutine is made to be run.
            if runs.isdisjoint(origin[1:]):
                return None
    return origin[:stack_depth]


def unawaited_text(coroutine):
    """The message about a coroutine that was never awaited, as the interpreter has it."""
    global warn
    begin = clock()
    warn = _wm.warn
    dying[get_ident()] = coroutine_fact(coroutine)
    text = "coroutine '%s' was never awaited" % coroutine.__qualname__
    origin = coroutine.cr_origin
    if origin is not None:
        origin = printed_origin(origin)
    if origin is not None:
        import linecache
        import traceback

        entries = [
            (path, line, name, linecache.getline(path, line)) for path, line, name in origin[::-1]
        ]
        text += "\nCoroutine created at (most recent call last)\n"
        text = (text + "".join(traceback.format_list(entries))).rstrip("\n")
    take(begin)
    return text


def _warn_unawaited_coroutine(coro):
    msg = unawaited_text(coro)
    warn(msg, category=RuntimeWarning, stacklevel=2, source=coro)
    unawaited_was_said(coro, msg)


def _warn_unawaited_coroutine_3_14(coro):
    msg = unawaited_text(coro)
    _wm.warn(
        msg, category=RuntimeWarning, stacklevel=2, source=coro
    )
    unawaited_was_said(coro, msg)


@guarded
def unawaited_was_said(coroutine, text):
    """Counts what the interpreter did not print, because it had the same line before."""
    global coroutine_shown
    shown, coroutine_shown = coroutine_shown, None
    dying.pop(get_ident(), None)
    if shown == id(coroutine) or action_for(text) not in ("default", "module", "once"):
        return
    if not report.counts_more(*unawaited_place(coroutine)):
        tell_warning(text, RuntimeWarning, "", 0, coroutine, None)
        coroutine_shown = None


def action_for(text, kind=RuntimeWarning):
    """What the filters say to a warning of this kind, wherever it comes from."""
    filters = _wm._get_filters() if VERSION >= (3, 14) else _wm.filters
    for action, message, category, module, line in filters:
        if module is None and not line and issubclass(kind, category):
            if message is None or message.match(text):
                return action
    return _wm.defaultaction


def unawaited_place(coroutine):
    origin = coroutine.cr_origin
    code = coroutine.cr_code
    path, line = origin[0][:2] if origin else (code.co_filename, code.co_firstlineno)
    return ("unawaited", path, line, coroutine.__qualname__)


def is_recorded():
    """Whether the program keeps warnings to itself: catch_warnings(record=True)."""
    if VERSION >= (3, 14) and _wm._get_context().log is not None:
        return True
    return _wm._showwarnmsg_impl is not show_warning


@guarded
def warning_made(warning, caller, message, category, path, line, source):
    if caller is not None and caller.f_code.co_name in ("showwarning", "formatwarning"):
        # Not a new warning: somebody wants the text of one.
        if caller.f_globals.get("__name__") in ("warnings", "_py_warnings"):
            return
    if not is_recorded():
        tell_warning(message, category, path, line, source, caller)
        showing_begins(warning)


# By identity: references to warnings that are being shown.
shown_now = {}


def showing_begins(warning):
    """Takes the time until `warning` is gone: it lives for as long as it is being shown."""
    thread, begin = get_ident(), clock()

    def showing_ended(reference, number=id(warning)):
        shown_now.pop(number, None)
        # Who kept it has let it go somewhere else.
        if get_ident() == thread:
            take(begin)

    shown_now[id(warning)] = weak_reference(warning, showing_ended)


def tell_warning(message, category, path, line, source, caller):
    global coroutine_shown
    is_coroutine = type(source) is COROUTINE
    if told_at_end is not None:
        told_at_end.add(id(source))
    if is_coroutine:
        if coroutine_shown == id(source):
            # The program's way of showing a warning failed, and the interpreter says it again.
            return
        coroutine_shown = id(source)
        key = report.admits(*unawaited_place(source))
    else:
        key = report.admits("warning", category, path, line)
    if not key:
        return
    fact = {
        "key": key,
        "category": name_of(category),
        "bases": [base.__name__ for base in category.__mro__[:8]],
        "message": text_of(message),
        "file": clipped(path, 1024),
        "line": line,
    }
    if is_coroutine:
        fact["coroutine"] = coroutine_fact(source)
    elif source is not None:
        fact["source"] = object_fact(source)
    owner = source
    if source is None and caller is not None and caller.f_code.co_name == "__del__":
        # The warning about a StreamWriter names no object; its transport is what was made. Nor
        # does the one about a transport of TLS, which is warned of itself.
        variables = caller.f_locals
        owner = variables.get("self")
        owner = getattr(owner, "_transport", owner)
        if VERSION < (3, 13):
            variables.clear()
    if owner is not None:
        fact.update(maker_fact(owner))
    if caller is not None:
        fact["stack"] = stack_from(caller)
    report.send("warning", fact)


def double(function, original, alignment):
    """Makes `function` pass for `original`; `alignment` is how many lines the last one moves."""
    code, model = function.__code__, original.__code__
    changes = {
        "co_filename": model.co_filename,
        "co_name": model.co_name,
        "co_firstlineno": code.co_firstlineno + alignment,
    }
    if VERSION >= (3, 11):
        changes["co_qualname"] = model.co_qualname
    function.__code__ = code.replace(**changes)
    function.__name__, function.__qualname__ = original.__name__, original.__qualname__
    function.__module__ = original.__module__
    function.__doc__ = original.__doc__


def lines_of(code):
    """The numbers of the lines that `code` has instructions for."""
    if VERSION >= (3, 10):
        return [line for _, _, line in code.co_lines() if line is not None]
    lines, line = [code.co_firstlineno], code.co_firstlineno
    for step in code.co_lnotab[1::2]:
        line += step if step < 128 else step - 256
        lines.append(line)
    return lines


def hook_warnings(module):
    global _wm, show_warning
    _wm = module
    show_warning = module._showwarnmsg_impl
    make = module.WarningMessage.__init__

    def __init__(self, message, category, filename, lineno, file=None, line=None, source=None):
        make(self, message, category, filename, lineno, file, line, source)
        # There is none below where garbage is collected at the interpreter's end.
        caller = get_frame(0).f_back
        warning_made(self, caller, message, category, filename, lineno, source)

    double(__init__, make, 0)
    module.WarningMessage.__init__ = __init__
    # The statement that warns is the last of the original, but not of the double: an error filter
    # makes it appear in a traceback.
    new, more = _warn_unawaited_coroutine, 1
    if VERSION >= (3, 14):
        new, more = _warn_unawaited_coroutine_3_14, 2
    original = module._warn_unawaited_coroutine
    double(new, original, max(lines_of(original.__code__)) + more - max(lines_of(new.__code__)))
    module._warn_unawaited_coroutine = new
