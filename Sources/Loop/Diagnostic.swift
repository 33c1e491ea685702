// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Logging

/// One thing that debug mode, a dropped object or a failed callback has to say, as typed facts.
/// ``text`` is what asyncio would print.
public struct Diagnostic: Sendable {
    /// What kind of thing it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A ``Coroutine`` was dropped and nobody had awaited it.
        case coroutineNeverAwaited
        /// A task or future was dropped with an error that nobody had read.
        case exceptionNeverRetrieved
        /// A callback or a step of a task held the loop for too long.
        case slowCallback
        /// The wait for descriptors, with its time.
        case poll
        /// A callback threw, or an error came up where no caller could be told.
        case unhandledException
        /// A task was still pending when its loop was closed.
        case taskDestroyedPending
        /// Something that must be closed was dropped open.
        case unclosedResource
        /// An ``AsyncGenerator`` was iterated after its loop had closed them, or with no loop.
        case asyncGenerator
    }

    /// Which channel asyncio gives it: a warning of Python's module `warnings`, or a record of the
    /// logger `asyncio`.
    public enum Channel: Sendable {
        /// A warning of this category: `RuntimeWarning`, `ResourceWarning`.
        case warning(category: String)
        /// A record of this level.
        case log(Logger.Level)
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// Where asyncio would say it.
    public var channel: Channel
    /// The sentence, without what follows it.
    public var message: String
    /// The task, future or handle in question, as ``text`` shows it.
    public var object: String?
    /// What is wrong, where an error said so.
    public var error: (any Error)?
    /// Who made or scheduled the object. Always known where there is an object.
    public var place: SourcePlace?
    /// The calls that made it; in debug mode.
    public var creationStack: CallStack?
    /// The calls that held the loop, taken while they held it; in debug mode.
    public var blockingStack: CallStack?
    /// How long it took, for what has a duration.
    public var duration: Duration?

    /// A diagnostic with what is always known of one.
    public init(_ kind: Kind, _ channel: Channel, _ message: String) {
        self.kind = kind
        self.channel = channel
        self.message = message
    }

    /// The text in asyncio's words and order.
    public var text: String {
        var lines = [message]
        if let object { lines.append(object) }
        if let creationStack, case let calls = creationStack.text, !calls.isEmpty {
            let heading =
                switch kind {
                case .coroutineNeverAwaited: "Coroutine created at (most recent call last)"
                case .unclosedResource: "Object allocated at (most recent call last):"
                default: "source_traceback: Object created at (most recent call last):"
                }
            lines.append(heading)
            lines.append(calls)
        }
        if let blockingStack, case let calls = blockingStack.text, !calls.isEmpty {
            lines.append("Blocked at (most recent call last):")
            lines.append(calls)
        }
        if let error { lines.append(described(error)) }
        return lines.joined(separator: "\n")
    }
}

/// Where a loop's diagnostics go. Any thread: an object can be dropped on every one.
public protocol DiagnosticSink: Sendable {
    /// Takes `diagnostic`. Called on the loop's thread where that is not busy otherwise; so it must
    /// not block.
    func receive(_ diagnostic: Diagnostic)
}

/// Writes what asyncio would write: warnings to stderr, the rest to the logger.
///
/// Source: `warnings.showwarning`; `BaseEventLoop.default_exception_handler`.
public struct DefaultDiagnosticSink: DiagnosticSink {
    /// Takes what is no warning.
    public var logger: Logger

    /// A sink that logs to `logger`; asyncio's label is `asyncio`.
    public init(logger: Logger = Logger(label: "asyncio")) { self.logger = logger }

    /// Writes or logs `diagnostic`.
    public func receive(_ diagnostic: Diagnostic) {
        switch diagnostic.channel {
        case .log(let level):
            guard level >= logger.logLevel else { return }
            logger.log(level: level, "\(diagnostic.text)")
        case .warning(let category):
            let place = diagnostic.place.map { "\($0): " } ?? ""
            writeToStandardError("\(place)\(category): \(diagnostic.text)\n")
        }
    }
}

/// An error with its type, once: `Oops()`, `LoopError: the connection is closed`.
func described(_ error: any Error) -> String {
    let type = "\(type(of: error))"
    let text = "\(error)"
    return text.hasPrefix(type) ? text : "\(type): \(text)"
}

/// Tells `sink`, and sees to it that the time this takes is not taken for a slow callback's.
func report(_ diagnostic: Diagnostic, to sink: any DiagnosticSink) {
    if let loop = EventLoop.running, let monitor = unsafe loop.core.pointee.monitor {
        monitor.report { sink.receive(diagnostic) }
    } else {
        sink.receive(diagnostic)
    }
}

func writeToStandardError(_ text: String) {
    var text = text
    text.withUTF8 { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
