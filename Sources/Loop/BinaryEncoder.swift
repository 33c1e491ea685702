// SPDX-License-Identifier: Apache-2.0

/// The way into a ``Slot`` for a value that encodes itself.
struct BinaryEncoder: Encoder, SingleValueEncodingContainer {
    let slot: Slot
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .empty = slot.content { slot.content = .record([]) }
        return KeyedEncodingContainer(Keyed(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .empty = slot.content { slot.content = .list([]) }
        return Unkeyed(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { slot.content = .value(.null) }
    func encode(_ value: Bool) { slot.content = .value(.bool(value)) }
    func encode(_ value: String) { slot.content = .value(.string(value)) }
    func encode(_ value: Double) { slot.content = .value(.double(value)) }
    func encode(_ value: Float) { slot.content = .value(.double(Double(value))) }
    func encode(_ value: Int) { slot.content = .value(.signed(Int64(value))) }
    func encode(_ value: Int8) { slot.content = .value(.signed(Int64(value))) }
    func encode(_ value: Int16) { slot.content = .value(.signed(Int64(value))) }
    func encode(_ value: Int32) { slot.content = .value(.signed(Int64(value))) }
    func encode(_ value: Int64) { slot.content = .value(.signed(value)) }
    func encode(_ value: UInt) { slot.content = .value(.unsigned(UInt64(value))) }
    func encode(_ value: UInt8) { slot.content = .value(.unsigned(UInt64(value))) }
    func encode(_ value: UInt16) { slot.content = .value(.unsigned(UInt64(value))) }
    func encode(_ value: UInt32) { slot.content = .value(.unsigned(UInt64(value))) }
    func encode(_ value: UInt64) { slot.content = .value(.unsigned(value)) }
    func encode(_ value: some Encodable) throws { try slot.encode(value, at: codingPath) }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let slot: Slot
        let codingPath: [any CodingKey]

        func encodeNil(forKey key: Key) { slot.field(key.stringValue).content = .value(.null) }

        func encode(_ value: some Encodable, forKey key: Key) throws {
            try slot.field(key.stringValue).encode(value, at: codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            inner(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            inner(key).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { inner(PlainKey(stringValue: "super")) }
        func superEncoder(forKey key: Key) -> any Encoder { inner(key) }

        private func inner(_ key: some CodingKey) -> BinaryEncoder {
            BinaryEncoder(slot: slot.field(key.stringValue), codingPath: codingPath + [key])
        }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let slot: Slot
        let codingPath: [any CodingKey]
        var count: Int { slot.count }

        func encodeNil() { slot.element().content = .value(.null) }

        func encode(_ value: some Encodable) throws {
            let path = codingPath + [PlainKey(intValue: count)]
            try slot.element().encode(value, at: path)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) -> KeyedEncodingContainer<Nested> {
            inner().container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { inner().unkeyedContainer() }
        func superEncoder() -> any Encoder { inner() }

        private func inner() -> BinaryEncoder {
            let path = codingPath + [PlainKey(intValue: count)]
            return BinaryEncoder(slot: slot.element(), codingPath: path)
        }
    }
}
