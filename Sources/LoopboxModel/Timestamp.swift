// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// A moment of the wall clock in whole milliseconds, written as RFC 3339 in UTC.
///
/// For what people and other machines read. Spans are measured with the monotonic clock instead.
public struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    /// The moment `milliseconds` after 1970 began.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// What the wall clock shows now.
    public static var now: Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Whole seconds since 1970.
    public var seconds: Int64 { milliseconds / 1000 }

    /// The moment `duration` later, to the millisecond.
    public func advanced(by duration: Duration) -> Timestamp {
        Timestamp(milliseconds: milliseconds + duration.milliseconds)
    }

    /// How long it is until `later`; negative where that was before.
    public func duration(to later: Timestamp) -> Duration {
        .milliseconds(later.milliseconds - milliseconds)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// `2026-11-22T08:00:00.123Z`
    public var description: String {
        // The style cuts off what is beyond the millisecond, and 0.123 is not quite that in binary.
        Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000).formatted(Self.style)
    }

    /// Reads RFC 3339 in UTC with milliseconds, as `description` writes it.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let date = try Date(text, strategy: Self.style)
        milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// Writes what `description` says.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

extension Duration {
    /// Whole milliseconds, the rest cut off.
    public var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// In seconds, as JSON has it.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
