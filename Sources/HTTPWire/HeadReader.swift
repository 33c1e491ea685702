// SPDX-License-Identifier: Apache-2.0

/// Reads the lines of a head: first line, field lines, empty line. Both sides share it.
struct HeadReader: Sendable {
    /// Where the next unread line begins.
    var cursor = LineCursor()
    /// Where the head begins; below 0 when its first bytes were dropped.
    private(set) var headStart = 0
    /// What the fields say about framing.
    private(set) var framing = FramingFields()
    private var headCount = 0
    private var fieldBytes = 0

    /// What the next line of a head is.
    enum Step {
        /// It has not ended yet.
        case incomplete
        /// A Host field with this value.
        case host(Range<Int>)
        /// An Expect field with this value.
        case expect(Range<Int>)
        /// Any other field; it is noted.
        case other
        /// The empty line; the head takes up this range.
        case end(Range<Int>)
    }

    /// Where the head is, when it is whole and nothing of it was dropped.
    var headRange: Range<Int>? {
        headCount > 0 && headStart >= 0 ? headStart..<headStart + headCount : nil
    }

    /// The caller dropped `count` bytes at the front.
    mutating func rebase(dropping count: Int) {
        headStart -= count
        cursor.rebase(dropping: count)
    }

    /// The first line, when it has ended. The head before it counts for nothing from here on.
    @inline(__always)
    mutating func firstLine(
        _ bytes: Span<UInt8>,
        _ limits: WireLimits,
        _ place: WireError.Place
    ) throws(WireError) -> Range<Int>? {
        headCount = 0
        switch try cursor.next(in: bytes, maximum: limits.requestLineBytes, place: place) {
        case .incomplete: return nil
        case .tooLong: throw .firstLineTooLong(limit: limits.requestLineBytes)
        case .whole(let line): return line
        }
    }

    /// A new head begins at `offset`, with no fields yet.
    @inline(__always)
    mutating func begin(at offset: Int, _ fields: inout FieldTable) {
        headStart = offset
        fieldBytes = 0
        framing = FramingFields()
        fields.removeAll()
    }

    /// The next line of the head; a field goes to `fields`.
    @inline(__always)
    mutating func nextField(
        _ bytes: Span<UInt8>,
        _ limits: WireLimits,
        _ version: HTTPVersion,
        _ fields: inout FieldTable
    ) throws(WireError) -> Step {
        let place = WireError.Place.field(fields.count + 1)
        let room = limits.headerBytes - fieldBytes
        switch try cursor.next(in: bytes, maximum: room, place: place) {
        case .incomplete: return .incomplete
        case .tooLong: throw .headTooLarge(limit: limits.headerBytes)
        case .whole(let line):
            if line.isEmpty {
                headCount = cursor.start - headStart
                return .end(headStart..<cursor.start)
            }
            guard fields.count < limits.fieldCount else {
                throw .tooManyFields(limit: limits.fieldCount)
            }
            fieldBytes += line.count
            let field = try FieldLine(bytes, line, place)
            fields.append(field, origin: headStart)
            switch try framing.note(bytes, field, place, version) {
            case .none: return .other
            case .host: return .host(field.value)
            case .expect: return .expect(field.value)
            }
        }
    }
}
