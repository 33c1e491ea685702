// SPDX-License-Identifier: Apache-2.0

/// Where a parser stands in its caller's bytes, and how it finds the end of a line.
///
/// Everything in HTTP/1.1 but content is lines that end in CR LF. Three things make the
/// search more than a search:
///
/// 1. A byte is looked at once, however slowly bytes come: `scanned` remembers how far the
///    line is known to be clean.
/// 2. No line may hold a control character. A lone CR or LF is where two programs may see
///    two different messages (RFC 9112 §2.2), so it is refused where it stands, at once.
/// 3. A line that is too long is refused by its first byte too many, not when it ends.
struct LineCursor: Sendable {
    /// The offset of the first byte that is not consumed.
    var start = 0
    /// The offset up to which the unfinished line is known to be clean.
    private var scanned = 0

    /// What the search found.
    enum Line {
        /// The line has not ended yet.
        case incomplete
        /// More than the permitted bytes, and no end.
        case tooLong
        /// A line without its CR LF. The cursor stands behind it.
        case whole(Range<Int>)
    }

    /// Whether bytes of an unfinished line were seen.
    var isInsideLine: Bool { scanned > start }

    /// Consumes everything up to `offset`.
    @inline(__always)
    mutating func move(to offset: Int) {
        start = offset
        scanned = offset
    }

    /// The caller dropped `count` bytes before `start`.
    mutating func rebase(dropping count: Int) {
        start -= count
        scanned -= count
    }

    /// Searches for the end of the line that begins at `start`.
    ///
    /// - Parameter maximum: how many bytes the line may have, CR LF not counted.
    @inline(__always)
    mutating func next(
        in bytes: Span<UInt8>,
        maximum: Int,
        place: WireError.Place
    ) throws(WireError) -> Line {
        let available = bytes.count
        let end = available - start > maximum ? start + maximum + 1 : available
        var index = scanned
        while index < end {
            if index + 8 <= end {
                // Tab is found as well, and goes on below.
                let word = bytes.word(at: index)
                let found =
                    Bytes8.below(ASCII.space, in: word) | Bytes8.equal(to: ASCII.delete, in: word)
                guard found != 0 else {
                    index += 8
                    continue
                }
                index += Bytes8.firstIndex(found)
            }
            let byte = bytes[index]
            if !ASCII.isControl(byte) {
                index += 1
                continue
            }
            guard byte == ASCII.carriageReturn else {
                throw byte == ASCII.lineFeed ? .bareLineFeed(place) : .controlByte(byte, place)
            }
            guard index + 1 < available else {
                scanned = index
                return .incomplete
            }
            guard bytes[index + 1] == ASCII.lineFeed else {
                throw .bareCarriageReturn(place)
            }
            let line = start..<index
            move(to: index + 2)
            return .whole(line)
        }
        scanned = index
        return index - start > maximum ? .tooLong : .incomplete
    }
}
