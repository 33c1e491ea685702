// SPDX-License-Identifier: Apache-2.0

/// The way from libyaml's places, counts of Unicode scalars, to byte offsets.
struct CharacterPlaces {
    /// Scalars between two kept offsets: a look-up walks at most as many, and a document of 1 MiB
    /// keeps 16 Ki offsets.
    private static let stride = 64

    private let bytes: [UInt8]
    /// Offsets of every 64th scalar; none where each scalar is one byte.
    private let offsets: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var offsets: [Int] = []
        if bytes.contains(where: { $0 >= 0x80 }) {
            var place = 0
            for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
                if place.isMultiple(of: Self.stride) { offsets.append(offset) }
                place += 1
            }
        }
        self.offsets = offsets
    }

    /// The offset of the scalar at `place`; the document's end for places behind it.
    func offset(of place: Int) -> Int {
        guard !offsets.isEmpty else { return min(place, bytes.count) }
        guard place / Self.stride < offsets.count else { return bytes.count }
        var offset = offsets[place / Self.stride]
        var rest = place % Self.stride
        while rest > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            rest -= 1
        }
        return offset
    }

    func span(of places: Range<Int>) -> Range<Int> {
        let start = offset(of: places.lowerBound)
        return start..<max(start, offset(of: places.upperBound))
    }
}
