# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). What an event loop reports: the contexts of its exceptions and the records of its logger.

# By thread: the number of the frame, the identity and the message of the context told last.
contexts = {}


@guarded
def context_seen(context):
    if type(context) is not dict:
        return
    contexts.pop(get_ident(), None)
    message = clipped(context.get("message") or "Unhandled exception in event loop")
    exception = context.get("exception")
    future = context.get("task") or context.get("future")
    created = context.get("source_traceback")
    if isinstance(exception, BaseException):
        spot = (type(exception), last_place(exception.__traceback__))
    else:
        last = created[-1] if created else None
        spot = (None, last and (last.filename, last.lineno))
        exception = None
    if spot[1] is None and future is not None and hasattr(future, "get_coro"):
        spot = (spot[0], plain_name(future.get_coro()))
    key = report.admits("context", message[:40], spot)
    if not key:
        return
    fact = {"key": key, "message": message}
    if exception is not None:
        fact["exception"] = exception_fact(exception, set())
    if future is not None:
        fact["task" if hasattr(future, "get_coro") else "future"] = future_fact_guarded(future)
    if created:
        fact["created"] = stack_of_summary(created)
    if type(exception) is RuntimeError and text_of(exception).startswith("Cannot enter into task"):
        # Of interest is who steps the loop from inside a task.
        fact["stack"] = stack_from(get_frame(2))
    generator = context.get("asyncgen")
    if generator is not None:
        fact["generator"] = coroutine_fact(generator)
    handle = context.get("handle")
    if handle is not None:
        fact["handle"] = handle_fact(handle)
    for name in ("transport", "socket"):
        owner = context.get(name)
        if owner is not None and "allocated" not in fact:
            fact["allocated"] = makers_of(owner, is_alive=True) or allocation_of(owner)
    contexts[get_ident()] = (report.send("context", fact), id(context), message)


def handle_fact(handle):
    """The callback that a handle runs."""
    callback = getattr(handle, "_callback", None)
    if callback is not None:
        return callback_fact(callback)
    # One in C tells no callback; another has been cancelled while it ran, and has none any more.
    return {} if hasattr(handle, "_callback") else {"name": name_shown(repr(handle))}


def callback_fact(callback):
    while hasattr(callback, "func"):
        callback = callback.func
    fact = {"name": plain_name(callback)}
    code = getattr(callback, "__code__", None)
    if code is not None:
        fact["def"] = defined(code)
    return fact


@guarded
def record_made(level, path, message, arguments, exception, function):
    """A record of the logger `asyncio` is about to be handled."""
    if level < 30 and function != "_getaddrinfo_debug":
        return
    text = message % arguments if arguments else message
    if is_asked_in_c(get_frame(3)):
        record_made_in_c(message, arguments, text, exception)
        return
    if not is_library(path):
        return
    if function == "_run_once":
        number = slow_told.pop(get_ident(), 0)
        if number:
            report.send("raw", {"of": number, "raw": clipped(text, RAW_MAX)})
        return
    if function == "default_exception_handler":
        frame, context = get_frame(2), None
        while frame is not None:
            if frame.f_code.co_name == "default_exception_handler":
                context = frame.f_locals.get("context")
                break
            frame = frame.f_back
        told = contexts.pop(get_ident(), None)
        if context is not None and (told is None or told[1] != id(context)):
            # The program called the default handler itself, or its own handler failed.
            context_seen(context)
            told = contexts.pop(get_ident(), None)
        if told is not None and told[0]:
            tell_raw(told[0], text, exception)
        return
    tell_record(text, function, get_frame(2), exception)


def tell_record(text, function, caller, exception):
    key = report.admits("log", function, text[:40])
    if key:
        fact = {"key": key, "message": clipped(text), "stack": stack_from(caller),
                **subject_of_record(caller)}
        caught = exception[1] if type(exception) is tuple else None
        if caught is not None:
            fact["exception"] = exception_fact(caught, set())
        report.send("log", fact)


def tell_raw(number, text, exception):
    """`text` is what the loop logged, with `exception`, of what was told as `number`."""
    if not number:
        return
    caught = exception[1] if type(exception) is tuple else None
    if caught is not None:
        text = text + "\n" + traceback_text(caught)
    report.send("raw", {"of": number, "raw": clipped(text, RAW_MAX).rstrip("\n")})


def subject_of_record(frame):
    """Who made the transport that a record is about, and the method that it complains of: the
    program may have no frame where it is made."""
    while frame is not None and os.sep + "asyncio" + os.sep not in frame.f_code.co_filename:
        frame = frame.f_back
    if frame is None:
        return {}
    variables, fact = frame.f_locals, {}
    # A child watcher hands the transport to its callback.
    for owner in (variables.get("self"), variables.get("transport"),
                  getattr(variables.get("callback"), "__self__", None),
                  *(variables.get("args") or ())):
        # Who made the loop is none of its business.
        makers = None if hasattr(owner, "_run_once") else makers_of(owner, is_alive=True)
        if makers:
            fact["allocated"] = makers
            break
    if frame.f_code.co_name in ("eof_received", "_call_eof_received"):
        protocol = getattr(variables.get("self"), "_app_protocol", None)
        fact["handle"] = callback_fact(getattr(protocol, "eof_received", None))
    if VERSION < (3, 13):
        # A copy, which the frame keeps.
        variables.clear()
    return fact


@guarded
def name_resolved(text):
    """A name took long to resolve. Where nobody asked for a record at INFO, that is told none the
    less; a level of its own is what somebody wants to see of the logger."""
    if not asyncio_logger.level and not asyncio_logger.isEnabledFor(20):
        tell_record(text, "_getaddrinfo_debug", get_frame(2), None)


class Records:
    """What loggers call; only for the one of asyncio."""

    made = staticmethod(record_made)


asyncio_logger = None


def hook_logger(logger):
    global asyncio_logger
    asyncio_logger = logger
    kind = type(logger)
    while "_log" not in kind.__dict__:
        kind = kind.__base__
    rewrite(
        [kind._log], Records,
        ("before", "handle", "if self.name == 'asyncio': OURS.made("
                             "level, fn, msg, args, exc_info, func)"),
    )
    level = config.get("log_level")
    if level:
        logger.setLevel(level.upper())
