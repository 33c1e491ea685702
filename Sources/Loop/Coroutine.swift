// SPDX-License-Identifier: Apache-2.0

import Synchronization

// Safety (@unchecked Sendable): the operation was sent here, and the flag that is exchanged
// atomically gives it to one caller only.

/// An operation that has been described and not begun, as the call of an `async def` is in Python.
///
/// Nothing runs before somebody awaits ``value`` or hands the coroutine to
/// ``EventLoop/createTask(_:name:fileID:line:)``. One that is dropped before that says so: it is
/// nearly always a forgotten `await`.
///
/// ```swift
/// func greet() -> Coroutine<Void> { Coroutine { print("hello") } }
///
/// greet()                         // RuntimeWarning: coroutine 'greet()' was never awaited
/// try await greet().value         // prints
/// loop.createTask(greet())        // prints soon
/// ```
///
/// Source: "Detect never-awaited coroutines" in CPython's Doc/library/asyncio-dev.rst.
public final class Coroutine<Value: Sendable>: @unchecked Sendable {
    /// The function that made it, as it is written.
    public let name: String
    /// Who made it.
    public let place: SourcePlace
    /// The calls that made it; where the running loop is in debug mode.
    public let creationStack: CallStack?
    private var operation: (() async throws -> Value)?
    private let isTaken = Atomic(false)
    private let sink: (any DiagnosticSink)?

    /// A coroutine that will run `operation`.
    public init(
        name: String = #function,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ operation: sending @escaping () async throws -> Value
    ) {
        self.name = name
        place = SourcePlace(fileID: fileID, line: line)
        let loop = EventLoop.running
        creationStack = loop?.debug == true ? .here() : nil
        sink = loop?.diagnosticSink
        self.operation = operation
    }

    deinit {
        guard !isTaken.load(ordering: .relaxed) else { return }
        var diagnostic = Diagnostic(
            .coroutineNeverAwaited,
            .warning(category: "RuntimeWarning"),
            "coroutine '\(name)' was never awaited"
        )
        diagnostic.place = place
        diagnostic.creationStack = creationStack
        report(diagnostic, to: sink ?? DefaultDiagnosticSink())
    }

    /// Runs the operation, in the caller's task, to its end.
    ///
    /// - Throws: what the operation throws; ``LoopError/coroutineReused(_:)`` where it was awaited
    ///   already.
    public var value: Value {
        get async throws {
            guard let operation = take() else { throw LoopError.coroutineReused(name) }
            return try await operation()
        }
    }

    /// Gives it up without running it, and without a warning.
    ///
    /// Source: `coroutine.close()`.
    public func close() { _ = take() }

    private func take() -> (() async throws -> Value)? {
        guard !isTaken.exchange(true, ordering: .acquiringAndReleasing) else { return nil }
        defer { operation = nil }
        return operation
    }
}
