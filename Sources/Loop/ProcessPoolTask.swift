// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// Something that a ``ProcessPoolExecutor`` can have done by another process.
public protocol ProcessPoolTask: SendableMetatype {
    /// What goes over to the worker.
    associatedtype Argument: Codable & Sendable
    /// What comes back.
    associatedtype Output: Codable & Sendable

    /// What the worker knows it by; the type's full name where nothing else is said.
    static var name: String { get }

    /// Does it, in the worker. It may take its time and may crash.
    static func run(_ argument: Argument) throws -> Output
}

extension ProcessPoolTask {
    /// The type's full name, `Program.Hash`.
    public static var name: String { String(reflecting: Self.self) }
}

/// The process that ran a call ended before it answered. The pool replaces it, and only this call
/// is lost.
///
/// Source: `concurrent.futures.process.BrokenProcessPool`, which Python raises for all calls.
public struct WorkerDied: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the task that it ran.
    public let task: String
    /// How it ended.
    public let ending: Exit.Ending

    /// The signal that ended it; nil where it ended by itself.
    public var signal: CInt? {
        if case .signaled(let signal) = ending { signal } else { nil }
    }

    /// `the worker of Program.Hash was ended by signal 9`
    public var description: String {
        switch ending {
        case .exited(let status): "the worker of \(task) exited with status \(status)"
        case .signaled(let signal): "the worker of \(task) was ended by signal \(signal)"
        }
    }
}

/// What can go wrong with a call of a ``ProcessPoolExecutor`` while its worker lives.
public enum ProcessPoolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The program did not name the task to ``ProcessPoolExecutor/main(_:)``.
    case notRegistered(task: String)
    /// The process is a worker that has not come to ``ProcessPoolExecutor/main(_:)`` yet.
    case insideWorker
    /// A worker did not come to ``ProcessPoolExecutor/main(_:)`` in time.
    case workerSilent(limit: Duration)
    /// The task threw an error; errors don't go from process to process, so this is what it says.
    case taskFailed(task: String, type: String, description: String)
    /// An argument or a result takes more bytes than may go over at once.
    case messageTooLarge(bytes: Int, bytesMax: Int)
    /// An argument or a result could not be read on the other side.
    case unreadable(task: String, reason: String)
    /// The pool is closed.
    case closed

    /// What happened and, where there is one, the cure.
    public var description: String {
        switch self {
        case .notRegistered(let task):
            "\(task) is unknown: name it in ProcessPoolExecutor.main([...]), first in the program"
        case .insideWorker:
            "a worker came to make a pool: call ProcessPoolExecutor.main([...]) before anything else"
        case .workerSilent(let limit):
            """
            a worker said nothing for \(limit): call ProcessPoolExecutor.main([...]) before \
            anything else
            """
        case .taskFailed(let task, let type, let description):
            "\(task) threw \(type): \(description)"
        case .messageTooLarge(let bytes, let bytesMax):
            "a message of \(bytes) bytes is too large: at most \(bytesMax) go to a worker and back"
        case .unreadable(let task, let reason): "\(task): \(reason)"
        case .closed: "the process pool is closed"
        }
    }
}
