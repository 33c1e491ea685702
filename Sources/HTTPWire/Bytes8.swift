// SPDX-License-Identifier: Apache-2.0

/// Questions asked of eight bytes at once, packed into a word with the first one lowest.
///
/// An answer has the high bit of each byte set for which it is yes. Only the lowest of those bits
/// is to be trusted: a borrow may set wrong ones above it. That is enough to find the first
/// byte of a kind, also when several answers are joined by `|`.
enum Bytes8 {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// The high bit of each byte.
    static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// Which bytes are below `bound`, itself at most 128.
    @inline(__always)
    static func below(_ bound: UInt8, in word: UInt64) -> UInt64 {
        (word &- ones &* UInt64(bound)) & ~word & highBits
    }

    /// Which bytes are `wanted`.
    @inline(__always)
    static func equal(to wanted: UInt8, in word: UInt64) -> UInt64 {
        below(1, in: word ^ (ones &* UInt64(wanted)))
    }

    /// The index, from 0 to 7, of the first byte that `answer` says yes for; it is not 0.
    @inline(__always)
    static func firstIndex(_ answer: UInt64) -> Int { answer.trailingZeroBitCount >> 3 }
}
