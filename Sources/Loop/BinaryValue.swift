// SPDX-License-Identifier: Apache-2.0

/// What an `Encodable` value consists of, and its bytes. For two processes of one program: nothing
/// in it is meant to be kept or read by others.
///
/// A byte says what follows. Integers are eight bytes and lengths four, the lowest byte first.
enum BinaryValue {
    case null
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([BinaryValue])
    case record([(key: String, value: BinaryValue)])

    /// How deep values may lie in each other: each level is a few frames on the stack of the thread
    /// that reads them.
    static let nestingMax = 256

    /// Why bytes are no value.
    enum Malformed: Error, Hashable { case cut, unknownTag(UInt8), nesting, text, surplus }

    /// Puts the bytes of the value at the end of `output`.
    func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(0)
        case .bool(let value): output.append(value ? 2 : 1)
        case .signed(let value): Self.put(3, UInt64(bitPattern: value), &output)
        case .unsigned(let value): Self.put(4, value, &output)
        case .double(let value): Self.put(5, value.bitPattern, &output)
        case .string(let value):
            output.append(6)
            Self.putText(value, &output)
        case .bytes(let value):
            output.append(7)
            Self.putCount(value.count, &output)
            output += value
        case .list(let values):
            output.append(8)
            Self.putCount(values.count, &output)
            for value in values { value.write(to: &output) }
        case .record(let fields):
            output.append(9)
            Self.putCount(fields.count, &output)
            for field in fields {
                Self.putText(field.key, &output)
                field.value.write(to: &output)
            }
        }
    }

    private static func put(_ tag: UInt8, _ value: UInt64, _ output: inout [UInt8]) {
        output.append(tag)
        for shift in stride(from: 0, to: 64, by: 8) {
            output.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    static func putCount(_ count: Int, _ output: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) {
            output.append(UInt8(truncatingIfNeeded: count >> shift))
        }
    }

    static func putText(_ text: String, _ output: inout [UInt8]) {
        putCount(text.utf8.count, &output)
        output += text.utf8
    }

    /// The value that all of `bytes` are.
    init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
        var reader = BinaryReader(rest: bytes)
        self = try Self.read(&reader, depth: 0)
        guard reader.rest.isEmpty else { throw .surplus }
    }

    private static func read(
        _ reader: inout BinaryReader,
        depth: Int
    ) throws(Malformed) -> BinaryValue {
        guard depth <= nestingMax else { throw .nesting }
        switch try reader.byte() {
        case 0: return .null
        case 1: return .bool(false)
        case 2: return .bool(true)
        case 3: return .signed(Int64(bitPattern: try reader.number(bytes: 8)))
        case 4: return .unsigned(try reader.number(bytes: 8))
        case 5: return .double(Double(bitPattern: try reader.number(bytes: 8)))
        case 6: return .string(try reader.text())
        case 7: return .bytes(Array(try reader.piece()))
        case 8:
            var values: [BinaryValue] = []
            for _ in 0..<(try reader.number(bytes: 4)) {
                values.append(try read(&reader, depth: depth + 1))
            }
            return .list(values)
        case 9:
            var fields: [(key: String, value: BinaryValue)] = []
            for _ in 0..<(try reader.number(bytes: 4)) {
                let key = try reader.text()
                fields.append((key, try read(&reader, depth: depth + 1)))
            }
            return .record(fields)
        case let tag: throw .unknownTag(tag)
        }
    }
}

/// Takes bytes from the front.
struct BinaryReader {
    var rest: ArraySlice<UInt8>

    mutating func byte() throws(BinaryValue.Malformed) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .cut }
        return byte
    }

    mutating func number(bytes count: Int) throws(BinaryValue.Malformed) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<count { value |= UInt64(try byte()) << (8 * UInt64(place)) }
        return value
    }

    /// A count and so many bytes.
    mutating func piece() throws(BinaryValue.Malformed) -> ArraySlice<UInt8> {
        let count = Int(try number(bytes: 4))
        guard count <= rest.count else { throw .cut }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func text() throws(BinaryValue.Malformed) -> String {
        guard let text = String(validating: try piece(), as: UTF8.self) else { throw .text }
        return text
    }
}
