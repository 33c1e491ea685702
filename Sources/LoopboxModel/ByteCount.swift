// SPDX-License-Identifier: Apache-2.0

/// A number of bytes; JSON has it as an integer.
public struct ByteCount: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// How many.
    public let bytes: Int

    /// `bytes` bytes.
    public init(bytes: Int) { self.bytes = bytes }

    /// `count` times 1024 bytes.
    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 10) }

    /// `count` times 1024² bytes.
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }

    /// `count` times 1024³ bytes.
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// In the largest unit that divides it, as a spec would have it: `16MiB`, `1500B`.
    public var description: String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes != 0 && bytes & ((1 << shift) - 1) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)B"
    }

    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
