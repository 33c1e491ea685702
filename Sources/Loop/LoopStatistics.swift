// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// What a loop has done since it was made. Counting is always on: it costs a clock reading for each
/// wait and none for a callback.
public struct LoopStatistics: Sendable {
    /// How many times the loop looked at what there is to do.
    public internal(set) var iterations = 0
    /// How many callbacks and steps of tasks it ran.
    public internal(set) var callbacks = 0
    /// How many of them debug mode reported as slow.
    public internal(set) var slowCallbacks = 0
    /// How late timers were called.
    public internal(set) var lag = LagHistogram()
    /// How long the loop has been running, waits included.
    public internal(set) var running: Duration = .zero
    /// How long of that it waited because there was nothing to do.
    public internal(set) var waiting: Duration = .zero

    /// The share of the time in which the loop had something to do, 0 to 1.
    public var busyShare: Double {
        guard running > .zero else { return 0 }
        return max(0, 1 - waiting / running)
    }
}

/// How often a span fell between two powers of two of a microsecond.
public struct LagHistogram: Sendable {
    /// The last class holds whatever is longer: more than half an hour.
    private static let classCount = 32

    /// How many spans were below 1 µs, 2 µs, 4 µs, … and not below the limit before.
    public private(set) var counts = [Int](repeating: 0, count: classCount)
    /// The longest.
    public private(set) var longest: Duration = .zero

    /// How many there are.
    public var count: Int { counts.reduce(0, +) }

    mutating func note(nanoseconds: Int64) {
        let microseconds = UInt64(max(0, nanoseconds) / 1000)
        let place = UInt64.bitWidth - microseconds.leadingZeroBitCount
        counts[min(place, Self.classCount - 1)] += 1
        longest = max(longest, .nanoseconds(max(0, nanoseconds)))
    }

    /// A span that `share` (0 to 1) of all were not longer than: the upper end of its class. Zero
    /// where there are none.
    public func percentile(_ share: Double) -> Duration {
        let wanted = Int((Double(count) * share).rounded(.up))
        guard wanted > 0 else { return .zero }
        var seen = 0
        for (place, count) in counts.enumerated() {
            seen += count
            if seen >= wanted { return min(longest, .microseconds(Int64(1) << Int64(place))) }
        }
        return longest
    }
}

extension EventLoop {
    /// What the loop has done so far. On the loop.
    public var statistics: LoopStatistics {
        var statistics = unsafe core.pointee.statistics
        if let since = unsafe core.pointee.runningSince {
            statistics.running += since.duration(to: .now)
        }
        statistics.slowCallbacks += unsafe core.pointee.monitor?.slowCallbackCount ?? 0
        return statistics
    }
}
