// SPDX-License-Identifier: Apache-2.0

/// A value on its way to being text: what JSON can hold, with the keys in the order of their
/// declaration. A class, because containers fill it in after they are made.
final class ValueTree {
    /// What a tree is made of.
    enum Node {
        case null
        /// A number or a truth value, as JSON has it.
        case literal(String)
        case string(String)
        case array([ValueTree])
        case object([(key: String, value: ValueTree)])
    }

    fileprivate(set) var node = Node.null

    fileprivate init() {}

    /// The tree of `value`.
    ///
    /// - Throws: `EncodingError` where `value` holds a number that JSON has no word for.
    convenience init(_ value: some Encodable) throws {
        self.init()
        try value.encode(to: TreeEncoder(box: self, codingPath: []))
    }

    fileprivate func append(_ member: ValueTree) {
        guard case .array(var members) = node else { return }
        node = .null
        members.append(member)
        node = .array(members)
    }

    fileprivate func append(_ member: ValueTree, key: String) {
        guard case .object(var members) = node else { return }
        node = .null
        members.append((key, member))
        node = .object(members)
    }
}

private struct TreeEncoder: Encoder {
    let box: ValueTree
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
    let box: ValueTree
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
    let box: ValueTree
    let codingPath: [any CodingKey]
    var count: Int = 0

    mutating func next() -> ValueTree {
        count += 1
        let member = ValueTree()
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
    let box: ValueTree
    let codingPath: [any CodingKey]

    func member(_ key: any CodingKey) -> ValueTree {
        let member = ValueTree()
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
