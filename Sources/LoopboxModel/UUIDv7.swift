// SPDX-License-Identifier: Apache-2.0

/// A time-ordered 128-bit identifier.
///
/// Written as 26 characters of Crockford's base 32 in lower case: they sort as the identifiers
/// were made, hold no letter that is mistaken for a digit, and are selected by a double click.
///
/// Source: RFC 9562 §5.7; Douglas Crockford, "Base 32".
public struct UUIDv7: Hashable, Sendable {
    /// The 48-bit time in milliseconds, the version, and 12 random bits.
    let high: UInt64
    /// The variant and 62 random bits.
    let low: UInt64

    /// A new identifier for the moment `now`.
    public init(now: Timestamp = .now) {
        var random = SystemRandomNumberGenerator()
        let milliseconds = UInt64(bitPattern: now.milliseconds) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
        low = 0x8000_0000_0000_0000 | random.next() >> 2
    }

    /// Reads the 26 characters back; nil where they are not such an identifier.
    public init?(text: some StringProtocol) {
        let digits = text.utf8
        guard digits.count == Self.digitCount, let first = digits.first, first <= UInt8(ascii: "7")
        else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for digit in digits {
            guard let value = Self.alphabet.firstIndex(of: digit) else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        self.high = high
        self.low = low
    }

    /// The 26 characters.
    public var text: String {
        var digits = [UInt8](repeating: 0, count: Self.digitCount)
        var high = high
        var low = low
        for place in digits.indices.reversed() {
            digits[place] = Self.alphabet[Int(low & 31)]
            low = low >> 5 | high << 59
            high >>= 5
        }
        return String(decoding: digits, as: UTF8.self)
    }

    static let digitCount = 26
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

/// An identifier with a prefix that says what it names.
public protocol PrefixedID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// What stands before the underscore.
    static var prefix: String { get }
    /// What makes it unique.
    var uuid: UUIDv7 { get }
    /// The identifier made of `uuid`.
    init(uuid: UUIDv7)
}

extension PrefixedID {
    /// A new identifier for the moment `now`.
    public init(now: Timestamp = .now) { self.init(uuid: UUIDv7(now: now)) }

    /// Reads `prefix_26characters`; nil where it is anything else.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix + "_"),
            let uuid = UUIDv7(text: text.dropFirst(Self.prefix.utf8.count + 1))
        else { return nil }
        self.init(uuid: uuid)
    }

    /// The prefix, an underscore, and 26 characters.
    public var description: String { "\(Self.prefix)_\(uuid.text)" }

    /// Reads the identifier from a string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(text) is not a \(Self.prefix) identifier"
            )
        }
        self = id
    }

    /// Writes the identifier as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Names a job: `job_01jd3…`.
public struct JobID: PrefixedID {
    public static let prefix = "job"
    public let uuid: UUIDv7

    public init(uuid: UUIDv7) { self.uuid = uuid }
}

/// Names a delivery: `msg_01jd3…`, the `webhook-id` that a receiver sees.
public struct DeliveryID: PrefixedID {
    public static let prefix = "msg"
    public let uuid: UUIDv7

    public init(uuid: UUIDv7) { self.uuid = uuid }
}
