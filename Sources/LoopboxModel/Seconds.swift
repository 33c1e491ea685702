// SPDX-License-Identifier: Apache-2.0

/// A span that JSON has as a number of seconds, to the microsecond.
public struct Seconds: Hashable, Comparable, Sendable, Codable {
    /// The span.
    public let duration: Duration

    /// The span `duration`.
    public init(_ duration: Duration) { self.duration = duration }

    /// As a number.
    public var value: Double { duration.seconds }

    public static func < (left: Seconds, right: Seconds) -> Bool { left.duration < right.duration }

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer().decode(Double.self)
        guard value.magnitude < 1e9 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(value) s is too long")
            )
        }
        duration = .microseconds(Int64((value * 1_000_000).rounded()))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode((value * 1_000_000).rounded() / 1_000_000)
    }
}
