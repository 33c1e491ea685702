// SPDX-License-Identifier: Apache-2.0

/// Writes values as JSON with the keys in the order of their declaration.
///
/// Foundation's encoder gives keys in the order of a hash table; people read our answers with curl,
/// and for them `id` and `state` come first. An optional that is nil is written as `null`, so that
/// a key that can be there always is.
///
/// Source: RFC 8259.
public struct JSONText: Sendable {
    /// Whether each member has a line of its own.
    public var isPretty: Bool

    /// A writer.
    public init(isPretty: Bool = false) { self.isPretty = isPretty }

    /// The JSON of `value` in UTF-8.
    ///
    /// - Throws: `EncodingError` where `value` holds a number that JSON has no word for.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        let box = Box()
        try value.encode(to: TreeEncoder(box: box, codingPath: []))
        var bytes: [UInt8] = []
        write(box, to: &bytes, depth: 0)
        return bytes
    }

    private func write(_ box: Box, to bytes: inout [UInt8], depth: Int) {
        switch box.node {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .literal(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): Self.writeString(text, to: &bytes)
        case .array(let members):
            bytes.append(UInt8(ascii: "["))
            for (place, member) in members.enumerated() {
                separate(place, to: &bytes, depth: depth + 1)
                write(member, to: &bytes, depth: depth + 1)
            }
            if !members.isEmpty { breakLine(to: &bytes, depth: depth) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                separate(place, to: &bytes, depth: depth + 1)
                Self.writeString(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if isPretty { bytes.append(UInt8(ascii: " ")) }
                write(member.value, to: &bytes, depth: depth + 1)
            }
            if !members.isEmpty { breakLine(to: &bytes, depth: depth) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private func separate(_ place: Int, to bytes: inout [UInt8], depth: Int) {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(to: &bytes, depth: depth)
    }

    private func breakLine(to bytes: inout [UInt8], depth: Int) {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private static func writeString(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(hexDigits[Int(byte >> 4)])
                bytes.append(hexDigits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}

/// A value on its way to being JSON. A class, because containers fill it in after they are made.
private final class Box {
    enum Node {
        case null
        case literal(String)
        case string(String)
        case array([Box])
        case object([(key: String, value: Box)])
    }

    var node = Node.null

    func append(_ member: Box) {
        guard case .array(var members) = node else { return }
        node = .null
        members.append(member)
        node = .array(members)
    }

    func append(_ member: Box, key: String) {
        guard case .object(var members) = node else { return }
        node = .null
        members.append((key, member))
        node = .object(members)
    }
}

private struct TreeEncoder: Encoder {
    let box: Box
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .object = box.node {} else { box.node = .object([]) }
        return KeyedEncodingContainer(ObjectContainer<Key>(box: box, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        box.node = .array([])
        return ArrayContainer(box: box, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        ValueContainer(box: box, codingPath: codingPath)
    }
}

private struct ValueContainer: SingleValueEncodingContainer {
    let box: Box
    let codingPath: [any CodingKey]

    mutating func encodeNil() { box.node = .null }
    mutating func encode(_ value: Bool) { box.node = .literal(value ? "true" : "false") }
    mutating func encode(_ value: String) { box.node = .string(value) }
    mutating func encode(_ value: Float) throws { try encode(Double(value)) }
    mutating func encode(_ value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value,
                .init(codingPath: codingPath, debugDescription: "JSON has no \(value)")
            )
        }
        let isWhole = value == value.rounded() && value.magnitude < 1e15
        box.node = .literal(isWhole ? "\(Int64(value))" : "\(value)")
    }
    mutating func encode<T: Encodable>(_ value: T) throws {
        if let integer = value as? any BinaryInteger {
            box.node = .literal("\(integer)")
        } else {
            try value.encode(to: TreeEncoder(box: box, codingPath: codingPath))
        }
    }
}

private struct ArrayContainer: UnkeyedEncodingContainer {
    let box: Box
    let codingPath: [any CodingKey]
    var count: Int = 0

    mutating func next() -> Box {
        count += 1
        let member = Box()
        box.append(member)
        return member
    }

    mutating func encodeNil() { _ = next() }
    mutating func encode<T: Encodable>(_ value: T) throws {
        var container = ValueContainer(box: next(), codingPath: codingPath)
        try container.encode(value)
    }
    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        TreeEncoder(box: next(), codingPath: codingPath).container(keyedBy: keyType)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        TreeEncoder(box: next(), codingPath: codingPath).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { TreeEncoder(box: next(), codingPath: codingPath) }
}

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let box: Box
    let codingPath: [any CodingKey]

    func member(_ key: any CodingKey) -> Box {
        let member = Box()
        box.append(member, key: key.stringValue)
        return member
    }

    mutating func encodeNil(forKey key: Key) { _ = member(key) }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        var container = ValueContainer(box: member(key), codingPath: codingPath + [key])
        try container.encode(value)
    }
    mutating func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    mutating func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    mutating func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        TreeEncoder(box: member(key), codingPath: codingPath + [key]).container(keyedBy: keyType)
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        TreeEncoder(box: member(key), codingPath: codingPath + [key]).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { TreeEncoder(box: box, codingPath: codingPath) }
    mutating func superEncoder(forKey key: Key) -> any Encoder {
        TreeEncoder(box: member(key), codingPath: codingPath + [key])
    }
}
