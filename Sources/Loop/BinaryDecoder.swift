// SPDX-License-Identifier: Apache-2.0

/// The way out of a ``BinaryValue`` for a value that decodes itself.
struct BinaryDecoder: Decoder, SingleValueDecodingContainer {
    let value: BinaryValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func unwrap<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == [UInt8].self, case .bytes(let bytes) = value, let bytes = bytes as? Value {
            return bytes
        }
        return try Value(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .record(let fields) = value else { throw mismatch([String: BinaryValue].self) }
        return KeyedDecodingContainer(Keyed(fields: fields, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch value {
        case .list(let values): return Unkeyed(values: values, codingPath: codingPath)
        case .bytes(let bytes):
            let values = bytes.map { BinaryValue.unsigned(UInt64($0)) }
            return Unkeyed(values: values, codingPath: codingPath)
        default: throw mismatch([BinaryValue].self)
        }
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool {
        if case .null = value { true } else { false }
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let value) = value else { throw mismatch(type) }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let value) = value else { throw mismatch(type) }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard case .double(let value) = value else { throw mismatch(type) }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try unwrap(type) }

    private func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let exact: Value? =
            switch value {
            case .signed(let value): Value(exactly: value)
            case .unsigned(let value): Value(exactly: value)
            default: nil
            }
        guard let exact else { throw mismatch(type) }
        return exact
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        let found = "found \(value)"
        return .typeMismatch(
            type,
            DecodingError.Context(codingPath: codingPath, debugDescription: found)
        )
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let fields: [(key: String, value: BinaryValue)]
        let codingPath: [any CodingKey]

        var allKeys: [Key] { fields.compactMap { Key(stringValue: $0.key) } }

        func contains(_ key: Key) -> Bool { fields.contains { $0.key == key.stringValue } }
        func decodeNil(forKey key: Key) throws -> Bool { try inner(key).decodeNil() }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try inner(key).unwrap(type)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try inner(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try inner(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { try inner(PlainKey(stringValue: "super")) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try inner(key) }

        private func inner(_ key: some CodingKey) throws -> BinaryDecoder {
            guard let field = fields.first(where: { $0.key == key.stringValue }) else {
                throw DecodingError.keyNotFound(
                    key,
                    DecodingError.Context(codingPath: codingPath, debugDescription: "no such key")
                )
            }
            return BinaryDecoder(value: field.value, codingPath: codingPath + [key])
        }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let values: [BinaryValue]
        let codingPath: [any CodingKey]
        var currentIndex = 0

        init(values: [BinaryValue], codingPath: [any CodingKey]) {
            self.values = values
            self.codingPath = codingPath
        }

        var count: Int? { values.count }
        var isAtEnd: Bool { currentIndex == values.count }

        mutating func decodeNil() throws -> Bool {
            guard !isAtEnd, case .null = values[currentIndex] else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let decoded = try current().unwrap(type)
            currentIndex += 1
            return decoded
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> {
            defer { currentIndex += 1 }
            return try current().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            defer { currentIndex += 1 }
            return try current().unkeyedContainer()
        }

        mutating func superDecoder() throws -> any Decoder {
            defer { currentIndex += 1 }
            return try current()
        }

        private func current() throws -> BinaryDecoder {
            let path = codingPath + [PlainKey(intValue: currentIndex)]
            guard !isAtEnd else {
                throw DecodingError.valueNotFound(
                    BinaryValue.self,
                    DecodingError.Context(codingPath: path, debugDescription: "the list is over")
                )
            }
            return BinaryDecoder(value: values[currentIndex], codingPath: path)
        }
    }
}
