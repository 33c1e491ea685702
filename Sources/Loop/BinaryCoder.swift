// SPDX-License-Identifier: Apache-2.0

/// `Codable` values into bytes and back, for two processes of one program.
enum BinaryCoder {
    /// The bytes of `value`.
    ///
    /// - Throws: what the value's own `encode(to:)` throws.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let slot = Slot()
        try slot.encode(value, at: [])
        var bytes: [UInt8] = []
        try slot.value(depth: 0).write(to: &bytes)
        return bytes
    }

    /// The value that `bytes` are.
    ///
    /// - Throws: `DecodingError`; what the type's own `init(from:)` throws.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: ArraySlice<UInt8>
    ) throws -> Value {
        let value: BinaryValue
        do {
            value = try BinaryValue(bytes)
        } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "\(error)")
            )
        }
        return try BinaryDecoder(value: value, codingPath: []).unwrap(type)
    }
}

/// Where one value is put while it is encoded.
final class Slot {
    enum Content {
        case empty
        case value(BinaryValue)
        case list([Slot])
        case record([(key: String, slot: Slot)])
    }

    var content = Content.empty

    func encode(_ value: some Encodable, at path: [any CodingKey]) throws {
        // Piece by piece a byte would take a slot of its own.
        if let bytes = value as? [UInt8] {
            content = .value(.bytes(bytes))
        } else {
            try value.encode(to: BinaryEncoder(slot: self, codingPath: path))
        }
    }

    func field(_ key: String) -> Slot {
        let slot = Slot()
        switch content {
        case .record(var fields):
            // Not copied: the record is taken out first.
            content = .empty
            fields.append((key, slot))
            content = .record(fields)
        default: content = .record([(key, slot)])
        }
        return slot
    }

    func element() -> Slot {
        let slot = Slot()
        switch content {
        case .list(var slots):
            content = .empty
            slots.append(slot)
            content = .list(slots)
        default: content = .list([slot])
        }
        return slot
    }

    var count: Int {
        if case .list(let slots) = content { slots.count } else { 0 }
    }

    func value(depth: Int) throws -> BinaryValue {
        guard depth <= BinaryValue.nestingMax else {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: [],
                    debugDescription:
                        "values lie deeper in each other than \(BinaryValue.nestingMax)"
                )
            )
        }
        switch content {
        case .empty: return .record([])
        case .value(let value): return value
        case .list(let slots): return .list(try slots.map { try $0.value(depth: depth + 1) })
        case .record(let fields):
            return .record(try fields.map { ($0.key, try $0.slot.value(depth: depth + 1)) })
        }
    }
}

/// A key that is known by its text alone.
struct PlainKey: CodingKey {
    let stringValue: String
    var intValue: Int? { Int(stringValue) }
    init(stringValue: String) { self.stringValue = stringValue }
    init(intValue: Int) { stringValue = "\(intValue)" }
}
