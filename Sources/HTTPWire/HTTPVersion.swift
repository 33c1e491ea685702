// SPDX-License-Identifier: Apache-2.0

/// The versions this module speaks. A later minor version of 1 counts as 1.1 (RFC 9110 §2.5).
public enum HTTPVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `HTTP/1.0`
    case http10
    /// `HTTP/1.1`
    case http11

    /// As it is written in a message: `HTTP/1.1`.
    public var description: String { self == .http10 ? "HTTP/1.0" : "HTTP/1.1" }

    /// The version that `range` of a request line or status line names.
    @inline(__always)
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> HTTPVersion {
        if range.count == 8, bytes.word(at: range.lowerBound) == http11Word { return .http11 }
        return try parseOther(bytes, range)
    }

    /// `HTTP/1.1`, the first letter lowest.
    private static var http11Word: UInt64 { 0x312E_312F_5054_5448 }

    private static func parseOther(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>
    ) throws(WireError) -> HTTPVersion {
        let first = range.lowerBound
        guard range.count == 8, bytes.matches(first..<first + 5, "HTTP/"),
            ASCII.isDigit(bytes[first + 5]), bytes[first + 6] == ASCII.dot,
            ASCII.isDigit(bytes[first + 7])
        else { throw .malformedVersion(bytes.excerpt(range)) }
        guard bytes[first + 5] == UInt8(ascii: "1") else {
            throw .unsupportedVersion(bytes.excerpt(range))
        }
        return bytes[first + 7] == ASCII.zero ? .http10 : .http11
    }
}
