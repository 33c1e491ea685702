// SPDX-License-Identifier: Apache-2.0

// How this module reads memory: through these few functions, each of which checks its bounds
// in release builds too. A wrong offset stops the process; it never reads a stranger's bytes.

extension Span<UInt8> {
    /// Eight bytes from `offset` on, the first one lowest.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        // Safety: the load checks its bounds, and every pattern of bits is a `UInt64`.
        UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        )
    }

    /// The offset of the first byte in `range` that is not ``ASCII/isPlainTarget(_:)``, or the
    /// range's end. Eight bytes at a time, because targets are long.
    @inline(__always)
    func endOfPlainTarget(in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let word = word(at: index)
            let found =
                Bytes8.below(ASCII.space + 1, in: word) | Bytes8.equal(to: ASCII.hash, in: word)
                | Bytes8.equal(to: ASCII.question, in: word)
                | Bytes8.equal(to: ASCII.delete, in: word) | word & Bytes8.highBits
            guard found == 0 else { return index + Bytes8.firstIndex(found) }
            index += 8
        }
        while index < range.upperBound, ASCII.isPlainTarget(self[index]) { index += 1 }
        return index
    }

    /// The bytes of `range` as text. What is no UTF-8 becomes U+FFFD.
    func text(_ range: Range<Int>) -> String {
        // Safety: the borrowed bytes are copied before the closure returns.
        unsafe extracting(range).withUnsafeBufferPointer { raw in
            unsafe String(decoding: raw, as: UTF8.self)
        }
    }

    /// The first bytes of `range` as text, for an error: the sender chose them, so they are few.
    func excerpt(_ range: Range<Int>) -> String {
        text(range.lowerBound..<Swift.min(range.upperBound, range.lowerBound + 64))
    }

    /// Whether `range` holds exactly `expected`, upper and lower case told apart.
    @inline(__always)
    func matches(_ range: Range<Int>, _ expected: StaticString) -> Bool {
        // Safety: a string literal lives for ever and has `utf8CodeUnitCount` bytes.
        let wanted = unsafe UnsafeBufferPointer(
            start: expected.utf8Start,
            count: expected.utf8CodeUnitCount
        )
        guard range.count == wanted.count else { return false }
        for index in 0..<wanted.count
        where unsafe self[range.lowerBound + index] != wanted[index] { return false }
        return true
    }

    /// Whether `range` holds `lowercase`, which is written in lower case, in any case.
    @inline(__always)
    func matches(_ range: Range<Int>, anyCase lowercase: StaticString) -> Bool {
        // Safety: a string literal lives for ever and has `utf8CodeUnitCount` bytes.
        let wanted = unsafe UnsafeBufferPointer(
            start: lowercase.utf8Start,
            count: lowercase.utf8CodeUnitCount
        )
        guard range.count == wanted.count else { return false }
        for index in 0..<wanted.count
        where unsafe ASCII.lowercased(self[range.lowerBound + index]) != wanted[index] {
            return false
        }
        return true
    }

    /// `range` without the spaces and tabs at its ends (RFC 9110 §5.6.3).
    @inline(__always)
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, ASCII.isBlank(self[start]) { start += 1 }
        while end > start, ASCII.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// The offset of the first `wanted` in `range`.
    @inline(__always)
    func firstIndex(of wanted: UInt8, in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == wanted { return index }
            index += 1
        }
        return nil
    }
}

extension [UInt8] {
    /// Adds a copy of `bytes` at the end.
    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>) {
        // Safety: the borrowed bytes are copied before the closure returns.
        unsafe bytes.withUnsafeBufferPointer { raw in
            unsafe append(contentsOf: raw)
        }
    }

    /// Adds the bytes of a literal at the end.
    @inline(__always)
    mutating func append(_ literal: StaticString) {
        // Safety: a string literal lives for ever and has `utf8CodeUnitCount` bytes.
        let bytes = unsafe UnsafeBufferPointer(
            start: literal.utf8Start,
            count: literal.utf8CodeUnitCount
        )
        unsafe append(contentsOf: bytes)
    }

    /// Adds `number`, which is not negative, in the given base, at most 16.
    @inline(__always)
    mutating func append(number: Int, base: Int = 10) {
        var digits = InlineArray<19, UInt8>(repeating: 0)
        var start = digits.count
        var rest = number
        repeat {
            let digit = UInt8(truncatingIfNeeded: rest % base)
            start -= 1
            digits[start] = digit < 10 ? ASCII.zero + digit : ASCII.lowerA + digit - 10
            rest /= base
        } while rest > 0
        append(digits.span.extracting(start..<digits.count))
    }
}
