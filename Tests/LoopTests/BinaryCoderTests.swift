// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Loop

@Suite struct BinaryCoderTests {
    private struct Record: Codable, Equatable {
        enum Kind: Codable, Equatable { case plain, tagged(String, number: Int) }
        class Parent {}
        var name = "ü\0\u{1F600}"
        var flag = true
        var small: Int8 = -128
        var large = UInt64.max
        var low = Int64.min
        var ratio = -0.1
        var single: Float = 1.5
        var missing: Int?
        var nested: [[Int?]] = [[1, nil], []]
        var bytes: [UInt8] = [0, 255]
        var table = ["a": 1.0, "b": .infinity]
        var numbered = [1: "one", 2: "two"]
        var kinds: [Kind] = [.plain, .tagged("x", number: 2)]
    }

    private final class Tree: Codable {
        var child: Tree?
        init(depth: Int) { child = depth > 0 ? Tree(depth: depth - 1) : nil }
        var depth: Int { child.map { $0.depth + 1 } ?? 0 }
    }

    private func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
        try BinaryCoder.decode(Value.self, from: BinaryCoder.encode(value)[...])
    }

    @Test func `values come back as they went in`() throws {
        #expect(try roundTrip(Record()) == Record())
        #expect(try roundTrip(7) == 7)
        #expect(try roundTrip("") == "")
        #expect(try roundTrip([UInt8]()) == [])
        #expect(try roundTrip([String]()) == [])
        #expect(try roundTrip(Int?.none) == nil)
        #expect(try roundTrip([1.0, .nan])[1].isNaN)
        #expect(try roundTrip(Set([1, 2])) == [1, 2])
    }

    @Test func `a number that does not fit is refused`() throws {
        let bytes = try BinaryCoder.encode(300)
        #expect(throws: DecodingError.self) {
            try BinaryCoder.decode(UInt8.self, from: bytes[...])
        }
        #expect(throws: DecodingError.self) {
            try BinaryCoder.decode(String.self, from: bytes[...])
        }
    }

    @Test func `bytes that are cut or changed are refused and never crash`() throws {
        let bytes = try BinaryCoder.encode(Record())
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) {
                try BinaryCoder.decode(Record.self, from: bytes[..<length])
            }
        }
        #expect(throws: (any Error).self) {
            try BinaryCoder.decode(Record.self, from: (bytes + [0])[...])
        }
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0xFF
            _ = try? BinaryCoder.decode(Record.self, from: changed[...])
        }
    }

    @Test func `values may lie in each other to a limit`() throws {
        let deep = Tree(depth: BinaryValue.nestingMax - 1)
        #expect(try roundTrip(deep).depth == BinaryValue.nestingMax - 1)
        #expect(throws: EncodingError.self) {
            try BinaryCoder.encode(Tree(depth: BinaryValue.nestingMax + 1))
        }
        let bytes = [UInt8](repeating: 0, count: 4)
        let nested = (0...BinaryValue.nestingMax + 1).flatMap { _ in [8, 1, 0, 0, 0] as [UInt8] }
        #expect(throws: BinaryValue.Malformed.nesting) { try BinaryValue((nested + bytes)[...]) }
    }
}
