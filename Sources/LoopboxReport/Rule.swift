// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A kind of finding.
public struct Rule: Hashable, Sendable, Codable {
    /// Stable: specs, reports and SARIF name it.
    public var id: String
    /// How much a finding of this kind matters.
    public var severity: Severity
    /// What it is about, in a word: `coroutine`, `task`, `resource`.
    public var category: String
    /// What it says, in one line.
    public var title: String
    /// What to do about it where nothing better is known of the code.
    public var remedy: String
    /// Where to read more.
    public var doc: String

    /// The rule with this id; nil: there is none.
    public static func named(_ id: String) -> Rule? { byID[id] }

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    /// Every rule of this version, in the order of the reference page.
    public static let all: [Rule] = [
        Rule(
            id: "coroutine-never-awaited",
            severity: .error,
            category: "coroutine",
            title: "Coroutine was called but never awaited",
            remedy:
                "Put await in front of the call, or hand the coroutine to asyncio.create_task() and keep the task.",
            doc:
                "https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines"
        ),
        Rule(
            id: "task-exception-never-retrieved",
            severity: .error,
            category: "task",
            title: "A task failed and nobody looked",
            remedy: "Keep the task and await it, or run it in a TaskGroup.",
            doc:
                "https://docs.python.org/3/library/asyncio-dev.html#detect-never-retrieved-exceptions"
        ),
        Rule(
            id: "future-exception-never-retrieved",
            severity: .error,
            category: "future",
            title: "A future got an exception that nobody read",
            remedy: "Await the future, or call exception() when the error may be dropped.",
            doc:
                "https://docs.python.org/3/library/asyncio-dev.html#detect-never-retrieved-exceptions"
        ),
        Rule(
            id: "slow-callback",
            severity: .warning,
            category: "loop",
            title: "A callback or task step held the event loop",
            remedy:
                "Move the blocking or CPU-bound part to asyncio.to_thread() or an executor, or await sleep(0) between slices.",
            doc:
                "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.slow_callback_duration"
        ),
        Rule(
            id: "task-destroyed-pending",
            severity: .error,
            category: "task",
            title: "A task was garbage collected before it finished",
            remedy:
                "Keep a reference until the task is done, and cancel and await it before the loop is closed.",
            doc: "https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task"
        ),
        Rule(
            id: "uncaught-exception",
            severity: .error,
            category: "program",
            title: "The program ended with an exception",
            remedy: "Mend what raises the exception, or catch it.",
            doc: "https://docs.python.org/3/library/sys.html#sys.excepthook"
        ),
        Rule(
            id: "syntax-error",
            severity: .error,
            category: "program",
            title: "The program does not compile",
            remedy: "Fix the syntax; await only inside async def.",
            doc: "https://docs.python.org/3/library/exceptions.html#SyntaxError"
        ),
        Rule(
            id: "keyboard-interrupt",
            severity: .note,
            category: "program",
            title: "Interrupted by SIGINT",
            remedy: "None needed if it was intended.",
            doc:
                "https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption"
        ),
        Rule(
            id: "callback-exception",
            severity: .error,
            category: "callback",
            title: "A callback raised",
            remedy:
                "Handle the error inside the callback, or do the work in a task somebody awaits.",
            doc: "https://docs.python.org/3/library/asyncio-eventloop.html#error-handling-api"
        ),
        Rule(
            id: "shutdown-unhandled-exception",
            severity: .error,
            category: "shutdown",
            title: "A task failed while asyncio.run() was cancelling it",
            remedy:
                "Finish or cancel and await tasks before main() returns; do not raise from cancellation cleanup.",
            doc: "https://docs.python.org/3/library/asyncio-runner.html#asyncio.run"
        ),
        Rule(
            id: "asyncgen-ignored-generator-exit",
            severity: .error,
            category: "asyncgen",
            title: "Async generator kept awaiting while being destroyed",
            remedy:
                "Start iterating only inside the running loop and close with aclose() or contextlib.aclosing().",
            doc:
                "https://docs.python.org/3/library/asyncio-dev.html#create-asynchronous-generators-only-when-the-event-loop-is-running"
        ),
        Rule(
            id: "asyncgen-already-running",
            severity: .error,
            category: "asyncgen",
            title: "Async generator entered twice at once",
            remedy: "Iterate from one task only; share items through an asyncio.Queue.",
            doc:
                "https://docs.python.org/3/library/asyncio-dev.html#avoid-concurrent-iteration-and-closure-of-the-same-generator"
        ),
        Rule(
            id: "asyncgen-close-error",
            severity: .error,
            category: "asyncgen",
            title: "An async generator failed while the loop closed it",
            remedy:
                "Close the generator explicitly where it is used and handle its cleanup errors there.",
            doc:
                "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_asyncgens"
        ),
        Rule(
            id: "wrong-thread-call",
            severity: .error,
            category: "thread",
            title: "A loop method was called from another thread",
            remedy: "Use loop.call_soon_threadsafe() or asyncio.run_coroutine_threadsafe().",
            doc: "https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading"
        ),
        Rule(
            id: "coroutine-as-callback",
            severity: .error,
            category: "callback",
            title: "A coroutine was given where a plain callable is needed",
            remedy:
                "Schedule it with create_task() (or run_coroutine_threadsafe() from a thread), or pass a plain function.",
            doc: "https://docs.python.org/3/library/asyncio-eventloop.html#scheduling-callbacks"
        ),
        Rule(
            id: "blocking-socket",
            severity: .error,
            category: "loop",
            title: "A blocking socket was given to the loop",
            remedy: "Call sock.setblocking(False) before handing the socket over.",
            doc:
                "https://docs.python.org/3/library/asyncio-eventloop.html#working-with-socket-objects-directly"
        ),
        Rule(
            id: "nested-run",
            severity: .error,
            category: "loop",
            title: "An event loop was started inside a running one",
            remedy: "Await the coroutine, or run it in its own thread.",
            doc: "https://docs.python.org/3/library/asyncio-runner.html#asyncio.run"
        ),
        Rule(
            id: "event-loop-closed",
            severity: .error,
            category: "loop",
            title: "A closed event loop was used",
            remedy: "Close transports and await tasks before the loop is closed.",
            doc: "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.close"
        ),
        Rule(
            id: "thread-exception",
            severity: .error,
            category: "thread",
            title: "A thread ended with an exception",
            remedy: "Catch it in the thread, or use an executor and await the result.",
            doc: "https://docs.python.org/3/library/threading.html#threading.excepthook"
        ),
        Rule(
            id: "unraisable-exception",
            severity: .error,
            category: "program",
            title: "An exception could not be raised anywhere",
            remedy: "Do not raise from finalisers; close objects explicitly.",
            doc: "https://docs.python.org/3/library/sys.html#sys.unraisablehook"
        ),
        Rule(
            id: "unclosed-event-loop",
            severity: .warning,
            category: "resource",
            title: "An event loop was not closed",
            remedy: "Use asyncio.run() or Runner, or call loop.close().",
            doc: "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.close"
        ),
        Rule(
            id: "unclosed-transport",
            severity: .warning,
            category: "resource",
            title: "A transport was not closed",
            remedy: "Close the transport and await wait_closed() before the loop ends.",
            doc:
                "https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseTransport.close"
        ),
        Rule(
            id: "unclosed-socket",
            severity: .warning,
            category: "resource",
            title: "A socket was not closed",
            remedy: "Close it or use it in a with statement.",
            doc: "https://docs.python.org/3/library/socket.html#socket.socket.close"
        ),
        Rule(
            id: "unclosed-file",
            severity: .warning,
            category: "resource",
            title: "A file was not closed",
            remedy: "Open it in a with statement.",
            doc: "https://docs.python.org/3/library/devmode.html#resourcewarning-example"
        ),
        Rule(
            id: "unclosed-resource",
            severity: .warning,
            category: "resource",
            title: "Another resource was not released",
            remedy: "Use the object's context manager.",
            doc: "https://docs.python.org/3/library/devmode.html#resourcewarning-example"
        ),
        Rule(
            id: "subprocess-still-running",
            severity: .warning,
            category: "subprocess",
            title: "A subprocess object died while its process runs",
            remedy: "Wait for the process (communicate() or wait()), or terminate it first.",
            doc: "https://docs.python.org/3/library/subprocess.html#subprocess.Popen.wait"
        ),
        Rule(
            id: "runtime-warning",
            severity: .warning,
            category: "warning",
            title: "Other RuntimeWarning",
            remedy: "Read the message.",
            doc: "https://docs.python.org/3/library/warnings.html#warning-categories"
        ),
        Rule(
            id: "deprecation-warning",
            severity: .note,
            category: "deprecation",
            title: "Other DeprecationWarning or PendingDeprecationWarning",
            remedy: "Move to the interface the message names.",
            doc: "https://docs.python.org/3/library/warnings.html#warning-categories"
        ),
        Rule(
            id: "other-warning",
            severity: .note,
            category: "warning",
            title: "Any other warning",
            remedy: "Read the message.",
            doc: "https://docs.python.org/3/library/warnings.html#warning-categories"
        ),
        Rule(
            id: "asyncio-log",
            severity: .warning,
            category: "loop",
            title: "asyncio logged a warning or an error",
            remedy: "Read the message: the library met something that it could not handle.",
            doc: "https://docs.python.org/3/library/asyncio-dev.html#logging"
        ),
    ]
}
