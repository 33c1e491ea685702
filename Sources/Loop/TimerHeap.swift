// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// Timers of one loop, soonest first; of two that are due at the same moment the one that was
/// scheduled first.
///
/// A heap with four children a node: half as deep as with two, and the four lie side by side.
/// A timer that is cancelled stays until it comes up; when more than half are such, the heap is
/// made anew, as asyncio does it.
struct TimerHeap {
    private struct Entry {
        let when: Int64
        let sequence: UInt64
        let handle: TimerHandle

        func isBefore(_ other: Entry) -> Bool {
            when != other.when ? when < other.when : sequence < other.sequence
        }
    }

    private var entries: [Entry] = []
    private var sequence: UInt64 = 0
    private var cancelledCount = 0

    /// Below this many cancelled ones a rebuild costs more than it frees; asyncio's figure.
    private static let rebuildThreshold = 100

    /// How many there are that will still fire.
    var liveCount: Int { entries.count - cancelledCount }

    mutating func insert(_ handle: TimerHandle) {
        sequence &+= 1
        handle.isInHeap = true
        entries.append(Entry(when: handle.when.nanoseconds, sequence: sequence, handle: handle))
        rise(from: entries.count - 1)
    }

    /// When the next timer is due; nil where there is none.
    mutating func nextDeadline() -> Int64? {
        if cancelledCount > Self.rebuildThreshold, cancelledCount * 2 > entries.count { rebuild() }
        while let first = entries.first {
            if first.handle.callback != nil { return first.when }
            _ = removeFirst()
            cancelledCount -= 1
        }
        return nil
    }

    /// The next timer that is due at `now`; nil where there is none.
    mutating func popDue(_ now: Int64) -> TimerHandle? {
        while let first = entries.first, first.when <= now {
            let handle = removeFirst()
            handle.isInHeap = false
            if handle.callback != nil { return handle }
            cancelledCount -= 1
        }
        return nil
    }

    mutating func noteCancelled() { cancelledCount += 1 }

    private mutating func rebuild() {
        entries.removeAll { $0.handle.callback == nil }
        // A sorted array is a heap.
        entries.sort { $0.isBefore($1) }
        cancelledCount = 0
    }

    private mutating func removeFirst() -> TimerHandle {
        let last = entries.removeLast()
        guard let first = entries.first else { return last.handle }
        entries[0] = last
        sink()
        return first.handle
    }

    private mutating func rise(from start: Int) {
        var place = start
        let entry = entries[place]
        while place > 0 {
            let parent = (place - 1) >> 2
            guard entry.isBefore(entries[parent]) else { break }
            entries[place] = entries[parent]
            place = parent
        }
        entries[place] = entry
    }

    private mutating func sink() {
        var place = 0
        let entry = entries[0]
        while true {
            let firstChild = (place << 2) + 1
            guard firstChild < entries.count else { break }
            var soonest = firstChild
            for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, entries.count))
            where entries[child].isBefore(entries[soonest]) { soonest = child }
            guard entries[soonest].isBefore(entry) else { break }
            entries[place] = entries[soonest]
            place = soonest
        }
        entries[place] = entry
    }
}
