// SPDX-License-Identifier: Apache-2.0

/// A lock, and a way to wait, while one gives the lock up, for what another task changes under it.
/// On the loop.
///
/// A wait may end without a ``notify(_:)``: check what was waited for, or use ``wait(until:)``.
///
/// Source: `asyncio.Condition`, Lib/asyncio/locks.py.
public final class Condition: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on its loop's thread only, which every method checks.

    private let loop: EventLoop
    private let lock: Lock
    private var waiters = WaiterList()

    /// A condition of `loop` with a lock of its own.
    public convenience init(on loop: EventLoop) { self.init(lock: Lock(on: loop)) }

    /// A condition that shares `lock` with others.
    public init(lock: Lock) {
        self.lock = lock
        loop = lock.loop
    }

    /// Whether somebody holds the lock.
    public var isLocked: Bool { lock.isLocked }

    /// Takes the lock, as ``Lock/acquire()``.
    public func acquire() async throws { try await lock.acquire() }

    /// Gives the lock up, as ``Lock/release()``.
    public func release() throws(LoopError) { try lock.release() }

    /// Runs `body` while the caller holds the lock, as ``Lock/withLock(_:)``.
    @discardableResult
    public func withLock<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await lock.withLock(body)
    }

    /// Gives the lock up, waits to be notified, and takes the lock again.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled meanwhile, and holds the lock
    ///   nevertheless; ``LoopError/invalidState(_:)`` where nobody holds the lock.
    public func wait() async throws {
        guard isLocked else { throw LoopError.invalidState("cannot wait on un-acquired lock") }
        let waiter = Future<Void>(on: loop)
        try lock.release()
        var failure: (any Error)?
        waiters.append(waiter)
        do {
            try await waiter.value
        } catch {
            failure = error
        }
        waiters.remove(waiter)
        if let error = await reacquire() { failure = error }
        guard let failure else { return }
        // It may have been notified before it was cancelled: that is for another then.
        waiters.release(1)
        throw failure
    }

    /// Takes the lock whatever happens.
    ///
    /// - Returns: the last cancellation that came meanwhile.
    private func reacquire() async -> CancellationError? {
        // Outside of a task of the loop a cancellation stays, and would end each new wait at once.
        guard TaskScope.currentTask != nil else {
            await lock.acquireRegardless()
            return nil
        }
        var cancellation: CancellationError?
        while true {
            do {
                try await lock.acquire()
                return cancellation
            } catch {
                cancellation = CancellationError()
            }
        }
    }

    /// Waits until `predicate` is true, which is asked before and after each wait.
    ///
    /// - Throws: as ``wait()``, and what `predicate` throws.
    ///
    /// Source: `Condition.wait_for`.
    public func wait(until predicate: () throws -> Bool) async throws {
        while try !predicate() { try await wait() }
    }

    /// Lets the `count` that have waited longest go on, once the lock is given up.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where nobody holds the lock.
    public func notify(_ count: Int = 1) throws(LoopError) {
        loop.requireLoop("Condition.notify")
        guard isLocked else { throw .invalidState("cannot notify on un-acquired lock") }
        waiters.release(count)
    }

    /// Lets all who wait go on, one after the other, once the lock is given up.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where nobody holds the lock.
    public func notifyAll() throws(LoopError) { try notify(waiters.count) }
}
