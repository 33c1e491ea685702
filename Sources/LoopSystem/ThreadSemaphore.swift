// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

// Safety (@safe, @unchecked Sendable): sem_t is made for use by several threads; allocated in init
// and freed in deinit.

/// A counting semaphore on which threads wait. Any thread.
///
/// Source: sem_overview(7).
@safe public final class ThreadSemaphore: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<sem_t>

    /// One whose count is 0.
    public init() {
        unsafe raw = .allocate(capacity: 1)
        unsafe sem_init(raw, 0, 0)
    }

    deinit {
        unsafe sem_destroy(raw)
        unsafe raw.deallocate()
    }

    /// Counts up and lets one thread go on.
    public func signal() { unsafe _ = sem_post(raw) }

    /// Counts down; the thread stands still while the count is 0.
    public func wait() { while unsafe sem_wait(raw) != 0 {} }

    /// Counts down, at the latest at `deadline`.
    ///
    /// - Returns: false where the count was still 0 then.
    public func wait(until deadline: MonotonicTime) -> Bool {
        unsafe cloop_semaphore_wait(raw, deadline.nanoseconds) == 0
    }
}
