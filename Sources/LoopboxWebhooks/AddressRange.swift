// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// A range of addresses in CIDR's form, `10.0.0.0/8` or `fd00::/8`.
///
/// Source: RFC 4632 §3.1, RFC 4291 §2.3.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// The first address: 4 or 16 bytes.
    let first: [UInt8]
    /// How many of its bits all the range's addresses share.
    let prefix: Int

    /// Reads a range, or an address, which is a range of one.
    ///
    /// - Throws: ``WebhookError/rangeMalformed(_:)``, ``WebhookError/rangeWithHostBits(_:range:)``.
    public init(_ text: String) throws(WebhookError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, let bytes = Self.bytes(host) else {
            throw .rangeMalformed(text)
        }
        var prefix = bytes.count * 8
        if parts.count == 2 {
            let digits = parts[1]
            guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
                number <= prefix
            else { throw .rangeMalformed(text) }
            prefix = number
        }
        self.init(masking: bytes, prefix: prefix)
        guard first == bytes else { throw .rangeWithHostBits(text, range: description) }
    }

    private init(masking bytes: [UInt8], prefix: Int) {
        self.prefix = prefix
        first = bytes.enumerated().map { place, byte in
            byte & ~(UInt8.max >> UInt8(max(0, min(8, prefix - place * 8))))
        }
    }

    /// A range that the program itself holds.
    static func fixed(_ text: String) -> AddressRange {
        do {
            return try AddressRange(text)
        } catch {
            fatalError("\(error)")
        }
    }

    /// The bytes of a numeric address. Names, octal and other forms are none.
    private static func bytes(_ host: Substring) -> [UInt8]? {
        let isIPv6 = host.contains(":")
        guard isIPv6 || host.first?.isNumber == true, !host.contains("[") else { return nil }
        switch SocketAddress(isIPv6 ? "[\(host)]:0" : "\(host):0") {
        case .ipv4(let bytes, _): return bytes
        case .ipv6(let bytes, _, _): return bytes
        case .unix, nil: return nil
        }
    }

    /// Whether `address`, 4 or 16 bytes, is in it.
    func contains(_ address: [UInt8]) -> Bool {
        address.count == first.count
            && AddressRange(masking: address, prefix: prefix).first == first
    }

    /// `10.0.0.0/8`
    public var description: String {
        let address: SocketAddress =
            first.count == 4
            ? .ipv4(address: first, port: 0) : .ipv6(address: first, port: 0, scope: 0)
        return "\(address.host)/\(prefix)"
    }
}
