// SPDX-License-Identifier: Apache-2.0

/// Those who wait for a lock or the like, the longest first.
struct WaiterList {
    private var waiters: [Future<Void>] = []

    var isEmpty: Bool { waiters.isEmpty }
    var count: Int { waiters.count }

    /// Whether somebody in it still waits, or was let go on and has not noticed yet.
    var hasLive: Bool { waiters.contains { !$0.isCancelled } }

    mutating func append(_ waiter: Future<Void>) { waiters.append(waiter) }

    mutating func remove(_ waiter: Future<Void>) {
        if let place = waiters.firstIndex(where: { $0 === waiter }) { waiters.remove(at: place) }
    }

    /// Lets the first go on, who stays in the list until it does; nobody where it was let go on
    /// already.
    func releaseHead() { waiters.first?.release() }

    /// Lets the first `count` go on of those who still wait; they stay in the list until they do.
    ///
    /// - Returns: how many there were.
    @discardableResult
    func release(_ count: Int) -> Int {
        var released = 0
        for waiter in waiters where released < count && !waiter.isDone {
            waiter.release()
            released += 1
        }
        return released
    }

    /// Takes the first off who still waits, and lets it go on.
    mutating func popAndRelease() {
        while !waiters.isEmpty {
            let waiter = waiters.removeFirst()
            guard !waiter.isDone else { continue }
            waiter.release()
            return
        }
    }
}
