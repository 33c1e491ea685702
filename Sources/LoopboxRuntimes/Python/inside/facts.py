# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Facts: what is told of an object, a stack, an exception, a coroutine, a task.

def text_of(value):
    """str(value); the program may have written the method."""
    try:
        return clipped(str(value), 4 * TEXT_MAX)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "<unprintable %s object>" % type(value).__name__


def name_of(value):
    """The qualified name of a class, as tracebacks have it."""
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or type(value).__name__
    if type(module) is str and module not in ("builtins", "__main__"):
        return clipped(module + "." + name, 256)
    return clipped(name, 256)


def plain_name(value):
    """The qualified name of a coroutine or a callback."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    return clipped(name if type(name) is str else type(value).__name__, 256)


def is_library(path):
    return path.startswith(LIBRARY) or path.startswith("<frozen ")


def place(code, offset, line):
    """[file, line, function] and, for the program's own code, the first and last column."""
    path = code.co_filename
    found = [clipped(path, 1024), line or 0, clipped(code.co_name, 256)]
    if offset >= 0 and VERSION >= (3, 11) and not is_library(path):
        index = offset // 2
        for number, (first, last, start, end) in enumerate(code.co_positions()):
            if number == index:
                if start is not None and first == line:
                    found += [start, end if last == first else None]
                break
    return found


def defined(code):
    """[file, line, function] of where a function begins."""
    return [clipped(code.co_filename, 1024), code.co_firstlineno, clipped(code.co_name, 256)]


def shortened(stack):
    if len(stack) <= STACK_MAX:
        return stack
    half = STACK_MAX // 2
    return stack[:half] + stack[-half:]


def stack_from(frame, end=None):
    """The stack down to `frame`, outermost first, without our own frames."""
    stack = []
    while frame is not None and len(stack) < 400:
        code = frame.f_code
        if code is end:
            break
        if code.co_filename != HERE:
            stack.append(place(code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    stack.reverse()
    return shortened(stack)


def stack_of(traceback):
    stack = []
    while traceback is not None and len(stack) < 2000:
        frame = traceback.tb_frame
        stack.append((frame.f_code, traceback.tb_lasti, traceback.tb_lineno))
        traceback = traceback.tb_next
    return [place(*entry) for entry in shortened(stack)]


def stack_of_summary(summary):
    """A stack that asyncio kept: a list of traceback.FrameSummary."""
    return shortened([
        [clipped(entry.filename, 1024), entry.lineno or 0, clipped(entry.name, 256)]
        for entry in summary or ()
    ])


def exception_fact(exception, seen):
    """An exception with what led to it and, for a group, its members."""
    seen.add(id(exception))
    kind = type(exception)
    fact = {
        "type": name_of(kind),
        "id": id(exception),
        "message": text_of(exception),
        "frames": stack_of(exception.__traceback__),
    }
    if isinstance(exception, SyntaxError) and type(exception.lineno) is int:
        fact["message"] = text_of(exception.msg)
        fact["syntax"] = [
            clipped(exception.filename or "", 1024), exception.lineno, exception.offset,
            getattr(exception, "end_lineno", None), getattr(exception, "end_offset", None),
            clipped(exception.text or "", 1024),
        ]
    earlier, relation = exception.__cause__, "cause"
    if earlier is None and not exception.__suppress_context__:
        earlier, relation = exception.__context__, "context"
    if earlier is not None and id(earlier) not in seen and len(seen) < EXCEPTIONS_MAX:
        fact[relation] = exception_fact(earlier, seen)
    members = getattr(exception, "exceptions", None)
    if VERSION >= (3, 11) and isinstance(exception, BaseExceptionGroup):
        fact["group"] = [
            exception_fact(member, seen) for member in members
            if id(member) not in seen and len(seen) < EXCEPTIONS_MAX
        ]
    return fact


def traceback_text(exception, may_import=False):
    """What the traceback module makes of it; empty where the program has not imported that."""
    module = sys.modules.get("traceback")
    if module is None and may_import:
        import traceback as module
    if module is None or not is_library(getattr(module, "__file__", None) or ""):
        return ""
    try:
        lines = module.format_exception(type(exception), exception, exception.__traceback__)
        return clipped("".join(lines), RAW_MAX)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return ""


def coroutine_fact(coroutine):
    """Its name, where it is defined, where it was made and where it stands."""
    fact = {"name": plain_name(coroutine), "id": id(coroutine)}
    for prefix in ("cr_", "gi_", "ag_"):
        code = getattr(coroutine, prefix + "code", None)
        if code is not None:
            fact["def"] = defined(code)
            break
    origin = getattr(coroutine, "cr_origin", None)
    if origin:
        fact["origin"] = [
            [clipped(path, 1024), line, clipped(name, 256)] for path, line, name in origin[::-1]
        ]
    stands = []
    while coroutine is not None and len(stands) < STACK_MAX:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "ag_frame", None)
        if frame is None:
            break
        if frame.f_lasti >= 0:
            stands.append(place(frame.f_code, frame.f_lasti, frame.f_lineno))
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    if stands:
        fact["stands"] = stands
    return fact


def future_fact(future):
    """A task, or a future that is none."""
    get_coroutine = getattr(future, "get_coro", None)
    fact = {"id": id(future)}
    created = getattr(future, "_source_traceback", None)
    if created:
        fact["created"] = stack_of_summary(created)
    if get_coroutine is not None:
        coroutine = get_coroutine()
        fact["name"] = clipped(future.get_name(), 256)
        if coroutine is not None:
            fact["coroutine"] = coroutine_fact(coroutine)
    return fact


future_fact_guarded = guarded(future_fact)


def object_text(value):
    """repr() of an object, without running code of the program."""
    method = type(value).__repr__
    code = getattr(method, "__code__", None)
    if type(method).__name__ == "wrapper_descriptor":
        if isinstance(value, (list, dict, tuple)):
            return ""
    elif code is None or not is_library(code.co_filename):
        method = object.__repr__
    try:
        return text_of(method(value))
    except Exception:
        # Its making was broken off.
        return object.__repr__(value)


def object_fact(value):
    """What an object is."""
    fact = {"repr": clipped(object_text(value), 512)}
    code = None
    for attribute in ("cr_code", "ag_code", "gi_code", "__code__"):
        code = code or getattr(value, attribute, None)
    if code is not None:
        fact["def"] = defined(code)
    return fact


# By identity: the program's frames below the making of a loop, a transport or a subprocess. An
# identity is had again by an object of these kinds at most, which then writes its own.
made = {}


@guarded
def note_maker(value):
    """Remembers who makes `value`."""
    made[id(value)] = own_stack(get_frame(2))


def own_stack(frame):
    """The program's stack, innermost first, without references to frames, which hold on to
    variables.

    It ends at a running loop: who started that did nothing of what its callbacks do.
    """
    stack = []
    while frame is not None and len(stack) < STACK_MAX:
        code = frame.f_code
        if code is run_once:
            break
        if code.co_filename != HERE and not is_library(code.co_filename):
            stack.append((code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return stack


def makers_of(value, is_alive=False):
    stack = made.get(id(value)) if is_alive else made.pop(id(value), None)
    return [place(*entry) for entry in stack[::-1]] if stack else None


# By identity: of an asynchronous generator that took its first step where no loop runs, a
# reference, the code and the program's frames that made it do so.
begun = {}
# By thread: the identity, the code and the frames of the one that has died last.
begun_and_gone = {}


@guarded
def generator_begun(generator):
    """The interpreter's `firstiter` hook; a loop has its own in this place while it runs."""

    def died(reference, number=id(generator)):
        entry = begun.pop(number, None)
        if entry is not None:
            begun_and_gone[get_ident()] = (number,) + entry[1:]

    begun[id(generator)] = (
        weak_reference(generator, died), generator.ag_code, own_stack(get_frame(2)))


def begun_outside(generator, text):
    """What is known of a generator that is being destroyed and began outside of a loop.

    Since 3.14 the interpreter gives its repr in `text` and not the object.
    """
    number, code, stack = begun_and_gone.pop(get_ident(), (0, None, None))
    if generator is None:
        is_same = "%x>" % number in text
    else:
        is_same = number == id(generator)
    if not stack or not is_same:
        return {}
    return {
        "begun": [place(*entry) for entry in stack[::-1]],
        "generator": {
            "name": clipped(code.co_name, 256),
            "id": number,
            "def": defined(code),
        },
    }


def allocation_of(value):
    """Where tracemalloc saw the object being made, outermost first and within a running loop."""
    if not _tracemalloc.is_tracing():
        return None
    stack = []
    for path, line in _tracemalloc._get_object_traceback(value) or ():
        if path == base_events_path and line in run_once_lines:
            break
        stack.append([clipped(path, 1024), line, ""])
    return stack[::-1] or None


def maker_fact(value, is_alive=False):
    """Who made a resource or, where it came to a server, what the program has for those."""
    makers = makers_of(value, is_alive) or openers_of(value) or allocation_of(value)
    if makers and not all([is_library(path) for path, *_ in makers]):
        return {"allocated": makers}
    server = server_fact(value)
    return {"handle": server} if server else {}


def server_fact(transport):
    """What the program has for the connections of a server: the function that `start_server()` was
    given, or its protocol's first method; None: nothing."""
    values = getattr(transport, "__dict__", {})
    protocol = values.get("_protocol") or values.get("_ssl_protocol")
    values = getattr(protocol, "__dict__", {})
    if "_app_protocol" in values:
        # Below TLS.
        protocol = values["_app_protocol"]
        values = getattr(protocol, "__dict__", {})
    handler = values.get("_client_connected_cb")
    if handler is not None:
        return callback_fact(handler)
    for method in type(protocol).__dict__.values():
        if hasattr(method, "__code__"):
            return callback_fact(method)
    return None
