// SPDX-License-Identifier: Apache-2.0

/// One field line, taken apart (RFC 9112 §5).
struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>

    /// Takes `line` apart. The caller has seen to it that it holds no control characters.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ line: Range<Int>, _ place: WireError.Place) throws(WireError) {
        var index = line.lowerBound
        while index < line.upperBound, ASCII.isToken(bytes[index]) { index += 1 }
        guard index < line.upperBound else { throw .missingColon(place) }
        guard bytes[index] == ASCII.colon else {
            throw Self.fault(bytes, line, stoppedAt: index, place)
        }
        guard index > line.lowerBound else { throw .emptyFieldName(place) }
        name = line.lowerBound..<index
        value = bytes.trimmed(index + 1..<line.upperBound)
    }

    /// Why a name ended in a byte that is neither part of a name nor a colon.
    private static func fault(
        _ bytes: Span<UInt8>,
        _ line: Range<Int>,
        stoppedAt index: Int,
        _ place: WireError.Place
    ) -> WireError {
        let byte = bytes[index]
        guard ASCII.isBlank(byte) else { return .invalidFieldName(byte, place) }
        if index == line.lowerBound { return .foldedLine(place) }
        let rest = bytes.trimmed(index..<line.upperBound)
        let isColonNext = !rest.isEmpty && bytes[rest.lowerBound] == ASCII.colon
        return isColonNext ? .spaceBeforeColon(place) : .invalidFieldName(byte, place)
    }
}
