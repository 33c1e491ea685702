// SPDX-License-Identifier: Apache-2.0

/// Where the fields of a head are: offsets only, in the order they came.
///
/// Every function that reads a name or a value takes the head's bytes: what the range of the
/// ``MessageEvent/head(_:)`` event covers in the caller's buffer, or a copy of that.
/// The first ``inlineCount`` fields take no memory of their own.
public struct FieldTable: Sendable {
    /// How many fields fit without an allocation: curl sends 3 to 6, browsers 10 to 15.
    public static let inlineCount = 16

    private struct Entry: BitwiseCopyable {
        var nameStart: UInt32 = 0
        var nameCount: UInt32 = 0
        var valueStart: UInt32 = 0
        var valueCount: UInt32 = 0
    }

    /// How many field lines there are.
    public private(set) var count = 0
    private var inline = InlineArray<16, Entry>(repeating: Entry())
    private var overflow: [Entry] = []

    @inline(__always)
    private subscript(entry index: Int) -> Entry {
        index < Self.inlineCount ? inline[index] : overflow[index - Self.inlineCount]
    }

    /// Where the name of field `index` is in the head's bytes.
    public func nameRange(at index: Int) -> Range<Int> {
        precondition(index < count, "no such field")
        let entry = self[entry: index]
        return Int(entry.nameStart)..<Int(entry.nameStart) + Int(entry.nameCount)
    }

    /// Where the value of field `index` is in the head's bytes, white space around it left out.
    public func valueRange(at index: Int) -> Range<Int> {
        precondition(index < count, "no such field")
        let entry = self[entry: index]
        return Int(entry.valueStart)..<Int(entry.valueStart) + Int(entry.valueCount)
    }

    /// The name of field `index` as it was sent.
    public func name(at index: Int, in head: Span<UInt8>) -> String {
        head.text(nameRange(at: index))
    }

    /// The value of field `index`. Bytes that are no UTF-8 become U+FFFD.
    public func value(at index: Int, in head: Span<UInt8>) -> String {
        head.text(valueRange(at: index))
    }

    /// Where the value of the first field called `name` is; nil when there is none.
    ///
    /// - Complexity: linear in the number of fields; compares lengths first.
    public func firstRange(_ name: FieldName, in head: Span<UInt8>) -> Range<Int>? {
        firstIndex(of: name, from: 0, in: head).map(valueRange(at:))
    }

    /// The value of the first field called `name`; nil when there is none.
    public func first(_ name: FieldName, in head: Span<UInt8>) -> String? {
        firstRange(name, in: head).map { head.text($0) }
    }

    /// The values of all fields called `name`, joined by a comma as RFC 9110 §5.3 permits for
    /// fields that are lists; nil when there is none.
    public func joined(_ name: FieldName, in head: Span<UInt8>) -> String? {
        guard var index = firstIndex(of: name, from: 0, in: head) else { return nil }
        var result = value(at: index, in: head)
        while let next = firstIndex(of: name, from: index + 1, in: head) {
            result += ", " + value(at: next, in: head)
            index = next
        }
        return result
    }

    private func firstIndex(of name: FieldName, from first: Int, in head: Span<UInt8>) -> Int? {
        var index = first
        while index < count {
            let entry = self[entry: index]
            if Int(entry.nameCount) == name.literal.utf8CodeUnitCount {
                let start = Int(entry.nameStart)
                let range = start..<start + Int(entry.nameCount)
                if head.matches(range, anyCase: name.literal) { return index }
            }
            index += 1
        }
        return nil
    }

    /// Forgets all fields and keeps the memory.
    @inline(__always)
    mutating func removeAll() {
        if count > Self.inlineCount { overflow.removeAll(keepingCapacity: true) }
        count = 0
    }

    /// Adds a line whose offsets count from `origin`.
    @inline(__always)
    mutating func append(_ line: FieldLine, origin: Int) {
        // `WireLimits.check` bounds a head, so 32 bits lose nothing.
        let entry = Entry(
            nameStart: UInt32(truncatingIfNeeded: line.name.lowerBound - origin),
            nameCount: UInt32(truncatingIfNeeded: line.name.count),
            valueStart: UInt32(truncatingIfNeeded: line.value.lowerBound - origin),
            valueCount: UInt32(truncatingIfNeeded: line.value.count)
        )
        if count < Self.inlineCount { inline[count] = entry } else { overflow.append(entry) }
        count += 1
    }
}
