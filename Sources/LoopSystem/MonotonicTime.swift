// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A moment of the machine's monotonic clock, in nanoseconds; every process of it sees the same.
///
/// Source: CLOCK_MONOTONIC in clock_gettime(2). Python's `time.monotonic_ns()` is this clock.
public struct MonotonicTime: InstantProtocol, Hashable, Sendable {
    /// Since an arbitrary moment before the machine came up.
    public let nanoseconds: Int64

    /// The moment `nanoseconds` after the clock's zero.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// What the clock shows now.
    public static var now: MonotonicTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        )
    }

    public func advanced(by duration: Duration) -> MonotonicTime {
        MonotonicTime(
            nanoseconds: nanoseconds.addingReportingOverflow(duration.nanoseconds).partialValue
        )
    }

    public func duration(to other: MonotonicTime) -> Duration {
        .nanoseconds(other.nanoseconds &- nanoseconds)
    }

    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// In whole nanoseconds; a span of more than a hundred years counts as a hundred years.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let century: Int64 = 100 * 365 * 24 * 3600
        guard seconds.magnitude < century.magnitude else {
            return seconds < 0 ? -century * 1_000_000_000 : century * 1_000_000_000
        }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
