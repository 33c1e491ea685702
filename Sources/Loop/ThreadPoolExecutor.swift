// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// Threads that run what would block the loop.
///
/// Threads are made when there is work and none is idle, up to a maximum, and stay until
/// ``shutDown(wait:timeout:)`` or until the pool is let go.
///
/// Source: `concurrent.futures.ThreadPoolExecutor`.
public final class ThreadPoolExecutor: Sendable {
    private let origin: Origin
    private let queue: WorkQueue<@Sendable () -> Void>
    /// How many threads there may be.
    public let threadsMax: Int

    /// What its threads are called.
    public var name: String { queue.name }

    /// A pool of at most `threads` threads, none of which there is yet.
    public init(
        name: String,
        threads: Int,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) {
        threadsMax = threads
        queue = WorkQueue(name: name, threadsMax: threads)
        origin = Origin(fileID, line)
    }

    deinit {
        guard let threads = queue.shutDown(), threads > 0 else { return }
        warnUnclosed("executor <ThreadPoolExecutor name='\(name)'>", origin)
    }

    /// Runs `work` on one of the threads. Any thread.
    ///
    /// - Throws: ``LoopError/closed(call:)`` after ``shutDown(wait:timeout:)``;
    ///   ``LoopError/system(_:)`` where no thread can be made.
    public func submit(_ work: @escaping @Sendable () -> Void) throws(LoopError) {
        try queue.submit(work) { [queue] in queue.takeWork { $0() } }
    }

    /// Takes no more work; what was submitted is still done, then the threads end. Any thread.
    ///
    /// - Parameters:
    ///   - wait: whether the calling thread stands still until the threads have ended. Never on a
    ///     loop, and never on one of the pool's own threads.
    ///   - timeout: how long at most; nil: without end.
    /// - Returns: whether all threads have ended.
    ///
    /// Source: `concurrent.futures.Executor.shutdown`, `wait=False` being the default here.
    @discardableResult
    public func shutDown(wait: Bool = false, timeout: Duration? = nil) -> Bool {
        queue.shutDown()
        return wait ? queue.waitUntilEnded(timeout: timeout) : queue.threadCount == 0
    }

    /// Calls `body` once the pool is shut down and its threads have ended, on the last of them; at
    /// once where that is so already.
    func whenEnded(_ body: @escaping @Sendable () -> Void) { queue.whenEnded(body) }

    /// Runs `work` on one of the threads and gives a future of `loop`. On the loop.
    ///
    /// Cancelling the future ends the wait at once: work that has not begun never will, work that
    /// has goes on and its result is dropped.
    ///
    /// Source: the future that `asyncio.loop.run_in_executor` returns.
    public func future<Value: Sendable>(
        on loop: EventLoop,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ work: @escaping @Sendable () throws -> Value
    ) -> Future<Value> {
        let future = Future<Value>(on: loop, fileID: fileID, line: line)
        let isCancelled = future.cancellationFlag()
        do throws(LoopError) {
            try submit {
                guard !isCancelled.withLock({ $0 }) else { return }
                future.settle(with: Result { try work() })
            }
        } catch {
            try? future.setException(error)
        }
        return future
    }
}
