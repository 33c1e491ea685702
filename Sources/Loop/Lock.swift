// SPDX-License-Identifier: Apache-2.0

/// Lets one task at a time into a part of a program that waits in the middle. On the loop.
///
/// Fair: who came first gets it first. It is not for threads: between two waits a task of the loop
/// is alone anyway.
///
/// Source: `asyncio.Lock`, Lib/asyncio/locks.py.
public final class Lock: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on its loop's thread only, which every method checks.

    let loop: EventLoop
    /// Whether somebody holds it.
    public private(set) var isLocked = false
    private var waiters = WaiterList()

    /// A lock of `loop` that nobody holds.
    public init(on loop: EventLoop) { self.loop = loop }

    /// Waits until nobody holds it, and takes it.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled meanwhile; it does not hold the
    ///   lock then.
    public func acquire() async throws { try await acquire { try await $0.value } }

    /// The same for who can't go on without it.
    func acquireRegardless() async {
        // Only the wait can throw, and this one does not.
        try? await acquire { await $0.settled() }
    }

    private func acquire(_ wait: (Future<Void>) async throws -> Void) async throws {
        loop.requireLoop("Lock.acquire")
        if !isLocked, !waiters.hasLive {
            isLocked = true
            return
        }
        let waiter = Future<Void>(on: loop)
        waiters.append(waiter)
        do {
            defer { waiters.remove(waiter) }
            try await wait(waiter)
        } catch {
            // The turn may have been the caller's: it is the next one's then.
            if !isLocked { waiters.releaseHead() }
            throw error
        }
        isLocked = true
    }

    /// Gives it up; the one that has waited longest takes it.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where nobody holds it.
    public func release() throws(LoopError) {
        loop.requireLoop("Lock.release")
        guard isLocked else { throw .invalidState("Lock is not acquired.") }
        isLocked = false
        waiters.releaseHead()
    }

    /// Runs `body` while the caller holds the lock.
    ///
    /// - Throws: what `body` throws; `CancellationError` where the caller is cancelled before.
    ///
    /// Source: `async with lock`.
    @discardableResult
    public func withLock<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await acquire()
        defer { try? release() }
        return try await body()
    }
}
