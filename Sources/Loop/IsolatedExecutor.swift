// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// Threads each of which has a state of its own that no other thread ever touches.
///
/// The work is sent over whole and gets the state of whichever thread takes it; only its result
/// comes back. So what is not safe for several threads (a parser, a connection to a database, a
/// cache) needs no lock. The state is made on its thread, before the thread's first work, and goes
/// when the thread ends.
///
/// Source: the nearest to `concurrent.futures.InterpreterPoolExecutor`, whose interpreters share
/// nothing either.
public final class IsolatedExecutor<State>: Sendable {
    // Safety (@unchecked Sendable): `body` was sent here, and is called once by the thread that
    // takes it out of the queue.
    private struct Work: @unchecked Sendable {
        let body: (inout State) -> Void
    }

    private let origin: Origin
    private let queue: WorkQueue<Work>
    private let makeState: @Sendable () -> State

    /// What its threads are called.
    public var name: String { queue.name }

    /// At most `threads` threads, each of which calls `makeState` once.
    public init(
        name: String,
        threads: Int,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        makeState: @escaping @Sendable () -> State
    ) {
        self.makeState = makeState
        queue = WorkQueue(name: name, threadsMax: threads)
        origin = Origin(fileID, line)
    }

    deinit {
        guard let threads = queue.shutDown(), threads > 0 else { return }
        warnUnclosed("executor <IsolatedExecutor name='\(name)'>", origin)
    }

    /// Runs `work` on one of the threads, with its state, and waits for the result without blocking
    /// the loop. On the loop.
    ///
    /// - Throws: what `work` throws; ``LoopError/closed(call:)`` after
    ///   ``shutDown(wait:timeout:)``; `CancellationError`: work that has not begun never will then,
    ///   work that has goes on and its result is dropped.
    public func run<Value: Sendable>(
        on loop: EventLoop,
        _ work: sending @escaping (inout State) throws -> Value
    ) async throws -> Value {
        let future = Future<Value>(on: loop)
        let isCancelled = future.cancellationFlag()
        let item = Work { state in
            guard !isCancelled.withLock({ $0 }) else { return }
            future.settle(with: Result { try work(&state) })
        }
        try queue.submit(item) { [queue, makeState] in
            var state = makeState()
            queue.takeWork { $0.body(&state) }
        }
        return try await future.value
    }

    /// Takes no more work; what was submitted is still done, then the threads end. Any thread.
    ///
    /// - Parameters:
    ///   - wait: whether the calling thread stands still until they have. Never on a loop.
    ///   - timeout: how long at most; nil: without end.
    /// - Returns: whether all threads have ended.
    @discardableResult
    public func shutDown(wait: Bool = false, timeout: Duration? = nil) -> Bool {
        queue.shutDown()
        return wait ? queue.waitUntilEnded(timeout: timeout) : queue.threadCount == 0
    }
}
