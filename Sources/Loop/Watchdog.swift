// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import Synchronization

/// Looks, from a thread of its own, whether a callback holds the loop for too long, and takes the
/// loop's stack while it does.
///
/// It looks five times in the span that is allowed; so a callback that takes a fifth longer than
/// that has been caught in the act. One stack a callback.
final class Watchdog: Sendable {
    /// When the callback that runs began; 0 between two.
    private let began = Atomic<Int64>(0)
    private let limit = Atomic<Int64>(0)
    private let isStopped = Atomic(false)
    private let thread: Int32
    private let caught = Locked<(began: Int64, stack: CallStack?)>((0, nil))

    private static let looksPerLimit: Int64 = 5
    /// A limit of nothing would keep a core busy.
    private static let shortestPause: Int64 = 1_000_000

    /// Watches `thread`; nil where no thread can be made for it.
    init?(thread: Int32, limit: Duration) {
        self.thread = thread
        self.limit.store(limit.nanoseconds, ordering: .relaxed)
        CallStack.prepare()
        do {
            try startThread(name: "loop-watchdog") { self.watch() }
        } catch {
            return nil
        }
    }

    func setLimit(_ limit: Duration) { self.limit.store(limit.nanoseconds, ordering: .relaxed) }
    func stop() { isStopped.store(true, ordering: .relaxed) }
    func begin(_ moment: MonotonicTime) { began.store(moment.nanoseconds, ordering: .relaxed) }

    /// The callback that began at `moment` has ended.
    ///
    /// - Returns: the stack that was taken of it.
    func end(_ moment: MonotonicTime, wasSlow: Bool) -> CallStack? {
        began.store(0, ordering: .relaxed)
        guard wasSlow else { return nil }
        return caught.withLock { caught in
            caught.began == moment.nanoseconds ? caught.stack : nil
        }
    }

    private func watch() {
        var last: Int64 = 0
        while !isStopped.load(ordering: .relaxed) {
            let limit = self.limit.load(ordering: .relaxed)
            let pause = max(Self.shortestPause, limit / Self.looksPerLimit)
            var time = timespec(
                tv_sec: Int(pause / 1_000_000_000),
                tv_nsec: Int(pause % 1_000_000_000)
            )
            unsafe nanosleep(&time, nil)
            let current = began.load(ordering: .relaxed)
            guard current != 0, current != last,
                MonotonicTime.now.nanoseconds &- current >= limit
            else { continue }
            last = current
            let stack = CallStack.ofThread(thread)
            // It may have ended, and another one begun, before the thread was asked.
            guard began.load(ordering: .relaxed) == current else { continue }
            caught.withLock { $0 = (current, stack) }
        }
    }
}
