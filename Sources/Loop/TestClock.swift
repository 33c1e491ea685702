// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// A clock that a test moves: timers of its loop are due when the test says so, and a test of an
/// hour takes no time. Any thread.
///
/// ```swift
/// let clock = TestClock()
/// try EventLoop.run(clock: clock) { loop in
///     let late = loop.createTask { try await loop.sleep(for: .seconds(3600)) }
///     try await loop.sleep(for: .zero)
///     clock.advance(by: .seconds(3600))
///     try await late.value
/// }
/// ```
public final class TestClock: Sendable {
    private struct State {
        var now = MonotonicTime(nanoseconds: 0)
        weak var loop: EventLoop?
    }

    /// Whether the clock jumps to the next timer by itself whenever nothing else is to be done.
    public let jumps: Bool
    private let state = Locked(State())

    /// A clock that shows zero.
    ///
    /// - Parameter jumps: whether it goes on to the next timer by itself whenever the loop has
    ///   nothing else to do. Descriptors and other threads are not waited for then.
    public init(jumps: Bool = false) { self.jumps = jumps }

    /// What it shows.
    public var now: MonotonicTime { state.withLock { $0.now } }

    /// Moves it; timers that are due then are called in the loop's next iteration, in their order.
    ///
    /// - Precondition: it is not moved back.
    public func advance(by span: Duration) {
        precondition(span >= .zero, "a monotonic clock does not go back")
        let loop = state.withLock { state in
            state.now = state.now.advanced(by: span)
            return state.loop
        }
        if let loop, !loop.isOnLoop { loop.callSoonThreadsafe {} }
    }

    func attach(to loop: EventLoop) { state.withLock { $0.loop = loop } }

    /// - Returns: whether it has moved to `deadline`.
    func jump(to deadline: Int64) -> Bool {
        guard jumps else { return false }
        state.withLock { $0.now = max($0.now, MonotonicTime(nanoseconds: deadline)) }
        return true
    }
}
