// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// What can go wrong with a loop itself.
public enum LoopError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A call that belongs on the loop's thread came from another one. Seen in debug mode only,
    /// but for the calls of an ``AsyncGenerator``, which are always told apart.
    case wrongThread(call: String, loopThread: Int32, callingThread: Int32)
    /// The loop is closed.
    case closed(call: String)
    /// The loop runs already, or another one runs on this thread.
    case alreadyRunning
    /// Something stopped the loop before the future that it ran for was done.
    case stoppedEarly
    /// Nothing could ever have woken the loop again; the tasks that waited, as a tree. Seen in debug
    /// mode only.
    case deadlock(taskTree: String)
    /// Ctrl-C ended the main task, as `KeyboardInterrupt` does in Python.
    case interrupted
    /// The result of a future was asked for before there was one.
    case invalidState(String)
    /// A call that belongs on the main thread came from another one.
    case notMainThread(call: String)
    /// A coroutine was awaited, or made a task of, a second time.
    case coroutineReused(String)
    /// An ``AsyncGenerator`` was asked for something while it ran. `call` is Python's name for what
    /// was asked: `anext` (which stands for `asend` too), `athrow`, `aclose`.
    case generatorAlreadyRunning(call: String)
    /// The body of an ``AsyncGenerator`` went on to yield when it was closed.
    case generatorIgnoredExit
    /// An ``AsyncGenerator`` was sent a value before it had come to a yield.
    case generatorNotStarted
    /// A time-out was over before what it was for.
    case timedOut
    /// There is nothing in the queue.
    case queueEmpty
    /// The queue holds as much as it may.
    case queueFull
    /// The queue was shut down.
    case queueShutDown
    /// The barrier was aborted, or reset while somebody waited.
    case brokenBarrier
    /// A connection was used after it was closed.
    case connectionClosed
    /// The kernel refused.
    case system(SystemError)
    /// A child process could not be made.
    case spawn(ProcessPlan.Failure)

    /// What happened and, where there is one, the cure.
    public var description: String {
        switch self {
        case .wrongThread(let call, let loopThread, let callingThread):
            """
            Non-thread-safe operation invoked on an event loop other than the current one: \
            \(call) was called on thread \(callingThread), the loop runs on thread \(loopThread). \
            Use callSoonThreadsafe or runCoroutineThreadsafe.
            """
        case .closed(let call): "Event loop is closed (\(call))"
        case .alreadyRunning: "This event loop is already running"
        case .stoppedEarly: "Event loop stopped before Future completed."
        case .deadlock(let tree):
            """
            deadlock: nothing is ready, no timer is set, no descriptor is watched, no worker is \
            busy, and these tasks wait for each other or for a future that nobody will set:
            \(tree)
            """
        case .interrupted: "interrupted"
        case .invalidState(let reason): reason
        case .notMainThread(let call): "\(call) only works in the main thread"
        case .coroutineReused(let name): "cannot reuse already awaited coroutine '\(name)'"
        case .generatorAlreadyRunning(let call):
            "\(call)(): asynchronous generator is already running"
        case .generatorIgnoredExit: "async generator ignored GeneratorExit"
        case .generatorNotStarted: "can't send a value to a just-started async generator"
        case .timedOut: "the time-out is over"
        case .queueEmpty: "the queue is empty"
        case .queueFull: "the queue is full"
        case .queueShutDown: "the queue was shut down"
        case .brokenBarrier: "the barrier was aborted or reset"
        case .connectionClosed: "the connection is closed"
        case .system(let error): error.description
        case .spawn(let failure): failure.description
        }
    }
}
