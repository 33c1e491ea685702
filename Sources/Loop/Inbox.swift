// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// Where other threads leave what the loop shall run.
///
/// Filling it takes a lock for the length of an append; the loop takes everything out at once by
/// swapping two arrays. Only the first to come after that wakes the loop.
final class Inbox: Sendable {
    private struct Waiting {
        var items: [Ready] = []
        var isWakeUpSent = false
        var isClosed = false
    }

    // One of the few locks that the project allows: there is no other way in from another thread.
    private let waiting = Locked(Waiting())
    let wakeUp: WakeUp

    init() throws(SystemError) { wakeUp = try WakeUp() }

    /// Leaves `item` for the loop; drops it where the loop is closed. Any thread.
    func post(_ item: Ready) {
        let isFirst = waiting.withLock { waiting in
            guard !waiting.isClosed else { return false }
            waiting.items.append(item)
            defer { waiting.isWakeUpSent = true }
            return !waiting.isWakeUpSent
        }
        if isFirst { wakeUp.wake() }
    }

    /// Drops what is in it, and what comes from now on.
    func close() {
        // Dropped after the lock was given up: what goes may have something to say.
        _ = waiting.withLock { waiting in
            waiting.isClosed = true
            defer { waiting.items = [] }
            return waiting.items
        }
    }

    /// Takes everything out, and leaves `spare` (empty, with room) in its place. On the loop.
    func takeAll(into spare: inout [Ready]) {
        wakeUp.clear()
        spare = waiting.withLock { [spare] waiting in
            waiting.isWakeUpSent = false
            defer { waiting.items = spare }
            return waiting.items
        }
    }
}
