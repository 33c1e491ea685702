// SPDX-License-Identifier: Apache-2.0

/// Reads a message's content, whichever way its end is found. Both sides share it.
struct BodyReader: Sendable {
    private enum Phase {
        case sized(left: Int)
        case untilClose
        case chunkSize
        case chunkData(left: Int)
        case chunkEnd
        case trailers
    }

    private var phase = Phase.sized(left: 0)
    /// Bytes of content that chunks have announced so far.
    private var announced = 0
    private var chunk = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0

    /// A reader of content that is framed so.
    init(_ framing: BodyFraming = .none) {
        switch framing {
        case .none: phase = .sized(left: 0)
        case .length(let length): phase = .sized(left: length)
        case .chunked: phase = .chunkSize
        case .untilClose: phase = .untilClose
        }
    }

    /// Whether the end of the connection ends the content.
    var endsWithConnection: Bool {
        if case .untilClose = phase { true } else { false }
    }

    /// What comes next; never a head. The cursor stands behind it.
    mutating func next(
        in bytes: Span<UInt8>,
        _ cursor: inout LineCursor,
        _ limits: WireLimits
    ) throws(WireError) -> MessageEvent {
        while true {
            switch phase {
            case .sized(left: 0): return .end
            case .sized(let left):
                guard let piece = Self.piece(bytes, &cursor, atMost: left) else { return .needMore }
                phase = .sized(left: left - piece.count)
                return .body(piece)
            case .untilClose:
                // Nothing announced this content's size, so the limit is met as it comes.
                let room = limits.bodyBytes - announced
                guard bytes.count - cursor.start == 0 || room > 0 else {
                    throw .bodyTooLarge(limit: limits.bodyBytes, announced: nil)
                }
                guard let piece = Self.piece(bytes, &cursor, atMost: room) else { return .needMore }
                announced += piece.count
                return .body(piece)
            case .chunkData(let left):
                guard let piece = Self.piece(bytes, &cursor, atMost: left) else { return .needMore }
                phase = left == piece.count ? .chunkEnd : .chunkData(left: left - piece.count)
                return .body(piece)
            case .chunkEnd:
                guard try skipChunkEnd(bytes, &cursor) else { return .needMore }
                phase = .chunkSize
            case .chunkSize:
                guard let size = try chunkSize(bytes, &cursor, limits) else { return .needMore }
                phase = size == 0 ? .trailers : .chunkData(left: size)
            case .trailers: return try trailer(bytes, &cursor, limits)
            }
        }
    }

    @inline(__always)
    private static func piece(
        _ bytes: Span<UInt8>,
        _ cursor: inout LineCursor,
        atMost left: Int
    ) -> Range<Int>? {
        let start = cursor.start
        let count = min(bytes.count - start, left)
        guard count > 0 else { return nil }
        cursor.move(to: start + count)
        return start..<start + count
    }

    /// Whether the CR LF behind a chunk's data is there; false when too few bytes came to tell.
    private func skipChunkEnd(
        _ bytes: Span<UInt8>,
        _ cursor: inout LineCursor
    ) throws(WireError) -> Bool {
        let start = cursor.start
        let available = bytes.count - start
        if available > 0, bytes[start] != ASCII.carriageReturn {
            throw .chunkEndMissing(chunk: chunk)
        }
        guard available > 1 else { return false }
        guard bytes[start + 1] == ASCII.lineFeed else {
            throw .chunkEndMissing(chunk: chunk)
        }
        cursor.move(to: start + 2)
        return true
    }

    // MARK: Chunk sizes

    /// More digits than a number of 64 bits has are zeros without end.
    private static let chunkSizeDigits = 16

    private mutating func chunkSize(
        _ bytes: Span<UInt8>,
        _ cursor: inout LineCursor,
        _ limits: WireLimits
    ) throws(WireError) -> Int? {
        let room = limits.chunkExtensionBytes - extensionBytes
        let start = cursor.start
        switch try cursor.next(
            in: bytes,
            maximum: Self.chunkSizeDigits + room,
            place: .chunk(chunk + 1)
        )
        {
        case .incomplete: return nil
        case .tooLong:
            // What is wrong with the size is better to know than that the line is long.
            let line = start..<start + Self.chunkSizeDigits + room + 1
            _ = try Self.size(bytes, line, chunk: chunk + 1)
            throw .chunkExtensionsTooLong(limit: limits.chunkExtensionBytes)
        case .whole(let line):
            chunk += 1
            let (size, end) = try Self.size(bytes, line, chunk: chunk)
            let extensions = end..<line.upperBound
            guard extensions.count <= room else {
                throw .chunkExtensionsTooLong(limit: limits.chunkExtensionBytes)
            }
            guard Self.areExtensions(bytes, extensions) else {
                throw .invalidChunkExtension(chunk: chunk)
            }
            extensionBytes += extensions.count
            guard size <= limits.bodyBytes - announced else {
                throw .bodyTooLarge(limit: limits.bodyBytes, announced: nil)
            }
            announced += size
            return size
        }
    }

    /// The number at the beginning of `line`, and where it ends.
    private static func size(
        _ bytes: Span<UInt8>,
        _ line: Range<Int>,
        chunk: Int
    ) throws(WireError) -> (Int, end: Int) {
        var size: UInt64 = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = ASCII.hexValue(bytes[index]) {
            guard index - line.lowerBound < chunkSizeDigits else {
                throw .chunkSizeOverflow(chunk: chunk)
            }
            size = size << 4 | UInt64(digit)
            index += 1
        }
        let isWhole = index == line.upperBound || bytes[index] == ASCII.semicolon
        guard index > line.lowerBound, isWhole else {
            throw .invalidChunkSize(bytes.excerpt(line), chunk: chunk)
        }
        guard let result = Int(exactly: size) else { throw .chunkSizeOverflow(chunk: chunk) }
        return (result, index)
    }

    /// Whether `range` is any number of `;name`, `;name=token`, `;name="quoted"`. The white
    /// space that RFC 9112 §7.1.1 calls bad is refused: some programs skip it, some don't.
    private static func areExtensions(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        func skipToken() -> Bool {
            let start = index
            while index < range.upperBound, ASCII.isToken(bytes[index]) { index += 1 }
            return index > start
        }
        while index < range.upperBound {
            guard bytes[index] == ASCII.semicolon else { return false }
            index += 1
            guard skipToken() else { return false }
            guard index < range.upperBound, bytes[index] == ASCII.equals else { continue }
            index += 1
            guard index < range.upperBound, bytes[index] == ASCII.quote else {
                guard skipToken() else { return false }
                continue
            }
            index += 1
            while index < range.upperBound, bytes[index] != ASCII.quote {
                index += bytes[index] == ASCII.backslash ? 2 : 1
            }
            guard index < range.upperBound else { return false }
            index += 1
        }
        return true
    }

    // MARK: Trailers

    private mutating func trailer(
        _ bytes: Span<UInt8>,
        _ cursor: inout LineCursor,
        _ limits: WireLimits
    ) throws(WireError) -> MessageEvent {
        let place = WireError.Place.trailer(trailerCount + 1)
        let room = limits.trailerBytes - trailerBytes
        switch try cursor.next(in: bytes, maximum: room, place: place) {
        case .incomplete: return .needMore
        case .tooLong: throw .trailersTooLarge(limit: limits.trailerBytes)
        case .whole(let line):
            if line.isEmpty {
                phase = .sized(left: 0)
                return .end
            }
            guard trailerCount < limits.fieldCount else {
                throw .tooManyFields(limit: limits.fieldCount)
            }
            let field = try FieldLine(bytes, line, place)
            for forbidden: StaticString in ["content-length", "transfer-encoding", "host"]
            where bytes.matches(field.name, anyCase: forbidden) {
                throw .forbiddenTrailer(bytes.excerpt(field.name))
            }
            trailerCount += 1
            trailerBytes += line.count
            return .trailer(name: field.name, value: field.value)
        }
    }
}
