// SPDX-License-Identifier: Apache-2.0

/// A flag that tasks can wait for. On the loop.
///
/// Source: `asyncio.Event`, Lib/asyncio/locks.py.
public final class Event: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on its loop's thread only, which every method checks.

    private let loop: EventLoop
    /// Whether the flag is set.
    public private(set) var isSet = false
    private var waiters = WaiterList()

    /// An event of `loop` whose flag is not set.
    public init(on loop: EventLoop) { self.loop = loop }

    /// Sets the flag: all who wait go on, also where it is cleared again before their turn.
    public func set() {
        loop.requireLoop("Event.set")
        guard !isSet else { return }
        isSet = true
        waiters.release(waiters.count)
    }

    /// Takes the flag back: who waits from now on waits for the next ``set()``.
    public func clear() {
        loop.requireLoop("Event.clear")
        isSet = false
    }

    /// Waits until the flag is set; not at all where it is.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled meanwhile.
    public func wait() async throws {
        loop.requireLoop("Event.wait")
        guard !isSet else { return }
        let waiter = Future<Void>(on: loop)
        waiters.append(waiter)
        defer { waiters.remove(waiter) }
        try await waiter.value
    }
}
