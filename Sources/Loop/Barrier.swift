// SPDX-License-Identifier: Apache-2.0

/// A place where tasks wait until a number of them have come. On the loop.
///
/// It can be used again: who comes while the others leave waits for the next round.
///
/// Source: `asyncio.Barrier`, Lib/asyncio/locks.py.
public final class Barrier: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on its loop's thread only, which the condition checks.

    private enum State {
        case filling
        case draining
        case resetting
        case broken
    }

    /// How many have to come.
    public let parties: Int
    private let condition: Condition
    private var state = State.filling
    private var count = 0

    /// A barrier of `loop` for `parties` tasks.
    ///
    /// - Precondition: `parties` is positive.
    public init(parties: Int, on loop: EventLoop) {
        precondition(parties > 0, "parties must be > 0")
        self.parties = parties
        condition = Condition(on: loop)
    }

    /// How many have come and wait for the others.
    public var waitingCount: Int { state == .filling ? count : 0 }

    /// Whether it was aborted.
    public var isBroken: Bool { state == .broken }

    /// Waits until as many as it is for have come.
    ///
    /// - Returns: how many had come before the caller: a number of its own, from 0.
    /// - Throws: ``LoopError/brokenBarrier`` where it is aborted, or reset meanwhile;
    ///   `CancellationError` where the caller is cancelled, who does not count then.
    @discardableResult
    public func wait() async throws -> Int {
        try await condition.withLock {
            try await condition.wait { state != .draining && state != .resetting }
            guard state != .broken else { throw LoopError.brokenBarrier }
            let index = count
            count += 1
            defer { leave() }
            if count == parties {
                state = .draining
                try condition.notifyAll()
            } else {
                try await condition.wait { state != .filling }
                if state != .draining { throw LoopError.brokenBarrier }
            }
            return index
        }
    }

    private func leave() {
        count -= 1
        guard count == 0 else { return }
        if state != .broken { state = .filling }
        // Whoever leaves holds the lock.
        try? condition.notifyAll()
    }

    /// Sends who waits away with ``LoopError/brokenBarrier``, and begins anew.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled before its turn.
    public func reset() async throws {
        try await condition.withLock {
            state = count > 0 ? .resetting : .filling
            try condition.notifyAll()
        }
    }

    /// Sends who waits, and who comes from now on, away with ``LoopError/brokenBarrier``, until
    /// ``reset()``.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled before its turn.
    public func abort() async throws {
        try await condition.withLock {
            state = .broken
            try condition.notifyAll()
        }
    }
}
