// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// A time limit for a part of a task. On the loop.
///
/// When the time is over, the task is interrupted: what it waits for now, or next, throws
/// `CancellationError`, which becomes ``LoopError/timedOut`` where the part ends. Swift's own
/// `Task.isCancelled` is not set, since Swift can't take that back and the task shall go on after
/// it: code that waits by other means than the loop's, and child tasks (`async let`), do not
/// notice.
///
/// ```swift
/// try await loop.timeout(after: .seconds(5)) { timeout in
///     let length = try await readLength()
///     try timeout.reschedule(at: timeout.when?.advanced(by: .milliseconds(length)))
///     try await readRest()
/// }
/// ```
///
/// Time-outs nest: the one whose time is over throws, at its own end.
///
/// Source: `asyncio.Timeout`, Lib/asyncio/timeouts.py.
public final class Timeout {
    private enum State: String {
        case active
        case expiring
        case expired
        case finished
    }

    /// When the time is over; nil: never.
    public private(set) var when: MonotonicTime?
    private let loop: EventLoop
    private let task: TaskState
    private let requestsBefore: Int
    private let place: (fileID: StaticString, line: UInt)
    private var state = State.active
    private var timer: Handle?

    fileprivate init(
        _ when: MonotonicTime?,
        loop: EventLoop,
        task: TaskState,
        place: (fileID: StaticString, line: UInt)
    ) throws(LoopError) {
        self.loop = loop
        self.task = task
        self.place = place
        requestsBefore = task.cancelRequests
        try reschedule(at: when)
    }

    /// Whether the time was over before the part ended.
    public var isExpired: Bool { state == .expiring || state == .expired }

    /// Ends the time at `when` instead; nil: never. A moment that has passed ends it in the next
    /// iteration.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where the time is over, or the part has ended.
    public func reschedule(at when: MonotonicTime?) throws(LoopError) {
        guard state == .active else {
            throw .invalidState("Cannot change state of \(state.rawValue) Timeout")
        }
        self.when = when
        timer?.cancel()
        timer = nil
        guard let when else { return }
        if when <= loop.time() {
            timer = try loop.callSoon(fileID: place.fileID, line: place.line) { self.expire() }
        } else {
            timer = try loop.callAt(when, fileID: place.fileID, line: place.line) { self.expire() }
        }
    }

    private func expire() {
        task.interrupt()
        state = .expiring
        timer = nil
    }

    /// The part has ended, with `error` or without.
    fileprivate func exit(_ error: (any Error)?) throws(LoopError) {
        timer?.cancel()
        timer = nil
        guard state == .expiring else {
            state = .finished
            return
        }
        state = .expired
        // Where somebody else asked the task to end as well, the cancellation goes on to them.
        if task.takeBackRequest() <= requestsBefore, error is CancellationError { throw .timedOut }
    }
}

extension EventLoop {
    /// Runs `body` and interrupts it after `delay`; nil: never.
    ///
    /// - Throws: what `body` throws; ``LoopError/timedOut`` where the time was over and `body` ended
    ///   by the interruption; ``LoopError/invalidState(_:)`` outside of a task of the loop, and in
    ///   a child of one (`async let`).
    ///
    /// Source: `asyncio.timeout`, Lib/asyncio/timeouts.py.
    @discardableResult
    public func timeout<Value>(
        after delay: Duration?,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: (Timeout) async throws -> Value
    ) async throws -> Value {
        let when = delay.map { time().advanced(by: $0) }
        return try await timeout(at: when, fileID: fileID, line: line, body)
    }

    /// Runs `body` and interrupts it at `when`; nil: never.
    ///
    /// - Throws: as ``timeout(after:fileID:line:_:)``.
    ///
    /// Source: `asyncio.timeout_at`, Lib/asyncio/timeouts.py.
    @discardableResult
    public func timeout<Value>(
        at when: MonotonicTime?,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: (Timeout) async throws -> Value
    ) async throws -> Value {
        guard isOnLoop, let task = TaskScope.currentTask else {
            throw LoopError.invalidState("a time-out has to be used in a task of its loop")
        }
        let timeout = try Timeout(when, loop: self, task: task, place: (fileID, line))
        do {
            let value = try await body(timeout)
            try timeout.exit(nil)
            return value
        } catch {
            try timeout.exit(error)
            throw error
        }
    }
}
