// SPDX-License-Identifier: Apache-2.0

/// Futures in the order in which they are done: each iteration waits for the next.
///
/// ```swift
/// for try await task in loop.asCompleted(tasks) { print(try await task.value) }
/// ```
///
/// Source: `asyncio.as_completed`, Lib/asyncio/tasks.py.
public final class AsCompleted<Value: Sendable>: AsyncSequence, AsyncIteratorProtocol {
    private let done: LoopQueue<Future<Value>?>
    private var todo: [(future: Future<Value>, callback: Handle)] = []
    private var leftCount = 0
    private var timer: Handle?

    fileprivate init(_ futures: [Future<Value>], timeout: Duration?, loop: EventLoop) throws {
        done = LoopQueue(on: loop)
        leftCount = futures.count
        todo = futures.map { future in
            (future, future.addDoneCallback { self.noteDone($0) })
        }
        guard let timeout, !futures.isEmpty else { return }
        timer = try loop.callLater(timeout) { self.expire() }
    }

    private func noteDone(_ future: Future<Value>) {
        guard let place = todo.firstIndex(where: { $0.future === future }) else { return }
        todo.remove(at: place)
        try? done.putNowait(future)
        if todo.isEmpty { timer?.cancel() }
    }

    private func expire() {
        for (future, callback) in todo {
            future.removeDoneCallback(callback)
            try? done.putNowait(nil)
        }
        todo = []
    }

    public func makeAsyncIterator() -> AsCompleted<Value> { self }

    /// The next that is done; nil where there was each of them.
    ///
    /// - Throws: ``LoopError/timedOut``; `CancellationError` where the caller is cancelled.
    public func next() async throws -> Future<Value>? {
        guard leftCount > 0 else { return nil }
        leftCount -= 1
        guard let future = try await done.get() else { throw LoopError.timedOut }
        return future
    }

    /// The same, for a caller that is isolated to `actor`.
    public func next(
        isolation actor: isolated (any Actor)?
    ) async throws(any Error) -> Future<Value>? {
        try await next()
    }
}

extension EventLoop {
    /// Runs all of `sources` at once and gives each when it is done, for at most `timeout` (nil:
    /// without end) in all. It cancels none of them. On the loop.
    ///
    /// - Throws: ``LoopError/wrongThread(call:loopThread:callingThread:)`` in debug mode.
    ///
    /// Source: `asyncio.as_completed`, Lib/asyncio/tasks.py.
    public func asCompleted<Source: LoopAwaitable>(
        _ sources: [Source],
        timeout: Duration? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws -> AsCompleted<Source.Value> {
        try checkThread("asCompleted")
        var known: Set<ObjectIdentifier> = []
        let futures = sources.filter { known.insert(ObjectIdentifier($0)).inserted }
            .map { $0.future(on: self, fileID: fileID, line: line) }
        return try AsCompleted(futures, timeout: timeout, loop: self)
    }
}
