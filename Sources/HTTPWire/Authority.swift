// SPDX-License-Identifier: Apache-2.0

/// The `host[:port]` of Host, of an absolute target and of CONNECT (RFC 9110 §7.2).
enum Authority {
    /// Whether `range` is `host` or `host:port` with a host that is not empty.
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let end = hostEnd(bytes, range) else { return false }
        guard end < range.upperBound else { return true }
        return bytes[end] == ASCII.colon && isPort(bytes, end + 1..<range.upperBound)
    }

    /// Whether `range` is `host:port` with both.
    static func hasPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard isValid(bytes, range), let end = hostEnd(bytes, range) else { return false }
        return end + 1 < range.upperBound
    }

    /// Where the host ends that `range` begins with; nil when there is none.
    private static func hostEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        guard index < range.upperBound else { return nil }
        if bytes[index] == ASCII.leftBracket {
            let address = index + 1..<range.upperBound
            guard let end = bytes.firstIndex(of: ASCII.rightBracket, in: address),
                end > address.lowerBound
            else { return nil }
            for index in address.lowerBound..<end {
                let byte = bytes[index]
                let isAddress = byte == ASCII.colon || byte == ASCII.dot
                guard isAddress || ASCII.hexValue(byte) != nil else { return nil }
            }
            return end + 1
        }
        while index < range.upperBound {
            let byte = bytes[index]
            if ASCII.isHostName(byte) {
                index += 1
            } else if byte == ASCII.percent {
                guard index + 2 < range.upperBound,
                    ASCII.hexValue(bytes[index + 1]) != nil,
                    ASCII.hexValue(bytes[index + 2]) != nil
                else { return nil }
                index += 3
            } else {
                break
            }
        }
        return index > range.lowerBound ? index : nil
    }

    /// Whether `range` is a number up to 65535, or nothing, which RFC 3986 §3.2.3 permits.
    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var port = 0
        for index in range {
            let byte = bytes[index]
            guard ASCII.isDigit(byte) else { return false }
            port = port * 10 + Int(byte - ASCII.zero)
            guard port <= 65535 else { return false }
        }
        return true
    }
}
