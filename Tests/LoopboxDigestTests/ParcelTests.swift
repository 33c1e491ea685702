// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxDigest

@Suite struct ParcelTests {
    @Test func `a parcel comes out as it went in`() throws {
        let strings: [[UInt8]] = [[], [0, 255], Array(repeating: 7, count: 100_000)]
        let parcel = try Parcel(["task"], strings)
        let read = try #require(Parcel(parcel.bytes))
        #expect(try read.task([String].self) == ["task"])
        #expect(Array(read.strings) == strings)
    }

    @Test func `what is cut anywhere, or longer, is no parcel`() throws {
        let bytes = try Parcel("t", [[1, 2], [3]]).bytes
        for count in bytes.indices { #expect(Parcel(Array(bytes[..<count])) == nil, "\(count)") }
        #expect(Parcel(bytes + [0]) == nil)
    }

    @Test func `numbers that no parcel has are refused without taking memory for them`() {
        #expect(Parcel([UInt8](repeating: 255, count: 64)) == nil)
        let many = [0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 127, count: 8)
        #expect(Parcel(many) == nil)
        let over = UInt8((Parcel.partsMax + 1) >> 8)
        let count = [0, 0, 0, 0, 0, 0, over, UInt8((Parcel.partsMax + 1) & 255)]
        #expect(Parcel(count + [UInt8](repeating: 0, count: 8 * (Parcel.partsMax + 1))) == nil)
    }
}
