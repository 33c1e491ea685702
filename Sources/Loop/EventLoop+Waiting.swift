// SPDX-License-Identifier: Apache-2.0

/// When `wait` comes back.
///
/// Source: `return_when` of `asyncio.wait`.
public enum ReturnWhen: Sendable {
    /// As soon as one is done.
    case firstCompleted
    /// As soon as one has failed, or all are done.
    case firstException
    /// When all are done.
    case allCompleted
}

extension EventLoop {
    /// Waits for `source`, at most for `timeout` (nil: without end). When the time is over,
    /// `source` is cancelled and waited for; a result that it gives nevertheless is returned.
    ///
    /// With a time-out of nothing or less a coroutine does not begin.
    ///
    /// - Throws: ``LoopError/timedOut``; what `source` fails with; `CancellationError` where the
    ///   caller is cancelled, which cancels `source` as well.
    ///
    /// Source: `asyncio.wait_for`, Lib/asyncio/tasks.py.
    public func wait<Source: LoopAwaitable>(
        for source: Source,
        timeout: Duration?,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws -> Source.Value {
        guard let timeout, timeout <= .zero else {
            return try await self.timeout(after: timeout) { _ in try await source.value }
        }
        let future = source.future(on: self, fileID: fileID, line: line)
        if future.isDone { return try future.result() }
        let waiter = Future<Void>(on: self, fileID: fileID, line: line)
        let callback = future.whenDone { waiter.release() }
        defer { future.removeDoneCallback(callback) }
        future.cancel()
        try await waiter.value
        do {
            return try future.result()
        } catch is CancellationError {
            throw LoopError.timedOut
        }
    }

    /// Waits for `futures`, at most for `timeout` (nil: without end), and says which are done, both
    /// in the order of `futures`. It cancels none of them, and does not throw when the time is over.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled, which leaves `futures` alone;
    ///   ``LoopError/invalidState(_:)`` where there are none.
    ///
    /// Source: `asyncio.wait`, Lib/asyncio/tasks.py.
    public func wait<Value, Waited: Future<Value>>(
        _ futures: [Waited],
        timeout: Duration? = nil,
        returnWhen: ReturnWhen = .allCompleted
    ) async throws -> (done: [Waited], pending: [Waited]) {
        var known: Set<ObjectIdentifier> = []
        let distinct = futures.filter { known.insert(ObjectIdentifier($0)).inserted }
        try await wait(until: returnWhen, of: distinct, timeout)
        return (distinct.filter(\.isDone), distinct.filter { !$0.isDone })
    }

    /// Waits for tasks whose results are of different types, as the form for one type does.
    ///
    /// Source: `asyncio.wait`, Lib/asyncio/tasks.py.
    public func wait(
        _ tasks: [any AnyLoopTask],
        timeout: Duration? = nil,
        returnWhen: ReturnWhen = .allCompleted
    ) async throws -> (done: [any AnyLoopTask], pending: [any AnyLoopTask]) {
        var known: Set<ObjectIdentifier> = []
        let distinct = tasks.filter { known.insert(ObjectIdentifier($0)).inserted }
        let awaited = distinct.map { task in
            guard let task = task as? any Awaitable else {
                fatalError("\(task) is no task of an event loop")
            }
            return task
        }
        try await wait(until: returnWhen, of: awaited, timeout)
        return (distinct.filter { $0.isDone }, distinct.filter { !$0.isDone })
    }

    private func wait(
        until condition: ReturnWhen,
        of futures: [any Awaitable],
        _ timeout: Duration?
    ) async throws {
        guard !futures.isEmpty else {
            throw LoopError.invalidState("Set of Tasks/Futures is empty.")
        }
        let waiter = Future<Void>(on: self)
        let timer = try timeout.map { try callLater($0) { waiter.release() } }
        var pendingCount = futures.count
        let callbacks = futures.map { future in
            future.whenDone {
                pendingCount -= 1
                let isEnough =
                    switch condition {
                    case .firstCompleted: true
                    case .firstException: pendingCount == 0 || future.readFailure() != nil
                    case .allCompleted: pendingCount == 0
                    }
                guard isEnough else { return }
                timer?.cancel()
                waiter.release()
            }
        }
        defer {
            timer?.cancel()
            for (future, callback) in zip(futures, callbacks) {
                future.removeDoneCallback(callback)
            }
        }
        try await waiter.value
    }
}

extension Future<Void> {
    /// Lets who waits for it go on; no effect where it is done already, or cancelled.
    final func release() {
        guard !isDone else { return }
        try? setResult(())
    }
}
