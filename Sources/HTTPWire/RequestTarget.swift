// SPDX-License-Identifier: Apache-2.0

/// A request's path and query, decoded (RFC 3986 §2.1, §3.3).
///
/// Decoding is done after splitting, so `%2F` in a segment is a slash in a name and never a
/// separator. Segments `.` and `..` are refused, however they are spelled: clients take them
/// out before they send, and a file's path made of segments then stays below its folder.
public struct RequestTarget: Hashable, Sendable {
    /// A `name=value` of a query.
    public struct QueryItem: Hashable, Sendable {
        /// The name, decoded.
        public var name: String
        /// The value, decoded; nil where there is no `=`.
        public var value: String?
    }

    /// The parts of the path between slashes, decoded. `/` has none; `/a/` has `a` and an
    /// empty one; `//` has two empty ones. The targets `*` and `host:port` have none.
    public let segments: [String]
    /// The query's items in their order, empty ones left out. As in HTML forms, `+` is a space:
    /// a real plus is `%2B`.
    public let query: [QueryItem]

    /// Decodes the target of `head`, whose bytes are `bytes`.
    ///
    /// - Throws: `invalidTarget` with the offset of the part that can't be decoded.
    public init(_ head: RequestHead, in bytes: Span<UInt8>) throws(WireError) {
        let origin = head.targetRange.lowerBound
        segments = try Self.segments(bytes, head.pathRange, origin)
        query =
            try head.queryRange.map { (range) throws(WireError) in
                try Self.query(bytes, range, origin)
            } ?? []
    }

    /// The value of the first item called `name`, empty where it has none; nil when there is no
    /// such item.
    public func first(_ name: String) -> String? {
        query.first { $0.name == name }.map { $0.value ?? "" }
    }

    private static func segments(
        _ bytes: Span<UInt8>,
        _ path: Range<Int>,
        _ origin: Int
    ) throws(WireError) -> [String] {
        guard path.count > 1 else { return [] }
        var result: [String] = []
        var start = path.lowerBound + 1
        while start <= path.upperBound {
            let rest = start..<path.upperBound
            let end = bytes.firstIndex(of: ASCII.slash, in: rest) ?? path.upperBound
            let segment = try decoded(bytes, start..<end, origin, plusIsSpace: false)
            guard segment != ".", segment != ".." else {
                throw .invalidTarget(.dotSegment(offset: start - origin))
            }
            result.append(segment)
            start = end + 1
        }
        return result
    }

    private static func query(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ origin: Int
    ) throws(WireError) -> [QueryItem] {
        var result: [QueryItem] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let rest = start..<range.upperBound
            let end = bytes.firstIndex(of: ASCII.ampersand, in: rest) ?? range.upperBound
            if end > start {
                let equals = bytes.firstIndex(of: ASCII.equals, in: start..<end)
                let name = try decoded(bytes, start..<(equals ?? end), origin, plusIsSpace: true)
                var value: String?
                if let equals {
                    value = try decoded(bytes, equals + 1..<end, origin, plusIsSpace: true)
                }
                result.append(QueryItem(name: name, value: value))
            }
            start = end + 1
        }
        return result
    }

    private static func decoded(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ origin: Int,
        plusIsSpace: Bool
    ) throws(WireError) -> String {
        let isPlain = !range.contains { index in
            let byte = bytes[index]
            return byte == ASCII.percent || plusIsSpace && byte == ASCII.plus
        }
        if isPlain { return bytes.text(range) }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == ASCII.percent {
                guard index + 2 < range.upperBound,
                    let high = ASCII.hexValue(bytes[index + 1]),
                    let low = ASCII.hexValue(bytes[index + 2])
                else { throw .invalidTarget(.percent(offset: index - origin)) }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
                index += 1
            }
        }
        guard !result.contains(0) else {
            throw .invalidTarget(.nul(offset: range.lowerBound - origin))
        }
        guard let text = String(validating: result, as: UTF8.self) else {
            throw .invalidTarget(.notUTF8(offset: range.lowerBound - origin))
        }
        return text
    }
}
