// SPDX-License-Identifier: Apache-2.0

import Glibc

// Safety (@safe, @unchecked Sendable): the mutex is allocated in init, freed in deinit, and held
// whenever the state is touched.

/// State that threads share, each touching it only while it holds the lock. Any thread.
///
/// A mutex of the C library, since ThreadSanitizer knows it: of the one in `Synchronization` it
/// sees nothing and takes every use of it for a race.
///
/// Source: pthread_mutex_lock(3).
@safe public final class Locked<State>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    /// A lock that nobody holds, around `state`.
    public init(_ state: State) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        self.state = state
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the state while no other thread has it. Keep it short, and take no second
    /// lock in it.
    public func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }
}
