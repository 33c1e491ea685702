// SPDX-License-Identifier: Apache-2.0

/// Field lines that were checked and written once, for responses that repeat them.
public struct FieldBlock: Sendable {
    /// The lines as they are sent, each with its line end.
    public private(set) var bytes: [UInt8] = []

    /// No fields yet.
    public init() {}

    /// Writes `fields` in their order.
    ///
    /// - Throws: `unsendableFieldName`, `unsendableFieldValue` or `reservedField` for the first
    ///   one that ``ResponseEncoder`` would refuse.
    public init(_ fields: KeyValuePairs<String, String>) throws(WireError) {
        for (name, value) in fields { try Self.append(name, value, to: &bytes) }
    }

    /// Adds a field behind the others; adds nothing when it throws.
    ///
    /// - Throws: as ``init(_:)`` does.
    public mutating func append(_ name: String, _ value: String) throws(WireError) {
        try Self.append(name, value, to: &bytes)
    }

    /// Adds the fields of `other` behind these.
    public mutating func append(_ other: FieldBlock) { bytes += other.bytes }

    /// Checks the field, then adds it; adds nothing when it throws.
    static func append(
        _ name: String,
        _ value: String,
        to out: inout [UInt8]
    ) throws(WireError) {
        try checkName(name)
        for byte in value.utf8 where ASCII.isControl(byte) {
            throw .unsendableFieldValue(name: name, byte: byte)
        }
        out.append(contentsOf: name.utf8)
        out.append(": ")
        out.append(contentsOf: value.utf8)
        out.append("\r\n")
    }

    private static func checkName(_ name: String) throws(WireError) {
        let count = name.utf8.count
        guard count > 0 else { throw .unsendableFieldName(name) }
        for byte in name.utf8 where !ASCII.isToken(byte) { throw .unsendableFieldName(name) }
        // The encoder decides on these itself; by their lengths most names are ruled out.
        let reserved: StaticString
        switch count {
        case 4: reserved = "date"
        case 10: reserved = "connection"
        case 14: reserved = "content-length"
        case 17: reserved = "transfer-encoding"
        default: return
        }
        let bytes = name.utf8Span.span
        if bytes.matches(0..<count, anyCase: reserved) { throw .reservedField(name) }
    }
}
