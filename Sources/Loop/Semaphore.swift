// SPDX-License-Identifier: Apache-2.0

/// Lets a number of tasks at a time into a part of a program. On the loop.
///
/// Fair: who came first gets in first.
///
/// Source: `asyncio.Semaphore`, Lib/asyncio/locks.py.
public class Semaphore: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on its loop's thread only, which every method checks.

    final let loop: EventLoop
    /// How many may still get in.
    final private(set) var value: Int
    private final var waiters = WaiterList()

    /// A semaphore of `loop` that lets `value` tasks in.
    ///
    /// - Precondition: `value` is not negative.
    public init(_ value: Int = 1, on loop: EventLoop) {
        precondition(value >= 0, "Semaphore initial value must be >= 0")
        self.value = value
        self.loop = loop
    }

    /// Whether ``acquire()`` would wait: nobody else may get in, or others wait already.
    public final var isLocked: Bool { value == 0 || waiters.hasLive }

    /// Waits until there is room, and gets in.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled meanwhile; it is not in then.
    public final func acquire() async throws {
        loop.requireLoop("Semaphore.acquire")
        guard isLocked else {
            value -= 1
            return
        }
        let waiter = Future<Void>(on: loop)
        waiters.append(waiter)
        // Others may have come meanwhile, and had to wait only because somebody was before them.
        defer { letIn() }
        do {
            defer { waiters.remove(waiter) }
            try await waiter.value
        } catch {
            // The place had been the caller's already: it is free again.
            if waiter.isDone, !waiter.isCancelled { value += 1 }
            throw error
        }
    }

    private final func letIn() {
        while value > 0, waiters.release(1) > 0 { value -= 1 }
    }

    /// Lets one more in.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` for a ``BoundedSemaphore`` alone.
    public func release() throws(LoopError) {
        loop.requireLoop("Semaphore.release")
        value += 1
        if waiters.release(1) > 0 { value -= 1 }
    }

    /// Runs `body` while the caller is in.
    ///
    /// - Throws: what `body` throws; `CancellationError` where the caller is cancelled before.
    ///
    /// Source: `async with semaphore`.
    @discardableResult
    public final func withPermit<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await acquire()
        defer { try? release() }
        return try await body()
    }
}
