// SPDX-License-Identifier: Apache-2.0

/// A document's bytes, and the way from byte offsets to lines and columns.
///
/// A line ends with LF, CR LF or CR, as in editors; libyaml also ends lines at U+0085 and U+2028,
/// and therefore its own line numbers are not used. A column is a count of Unicode scalars.
package struct SourceText: Sendable {
    /// The document without a byte order mark.
    package let bytes: [UInt8]
    /// Offsets at which lines start; the first is 0.
    private let lineStarts: [Int]

    package init(_ document: [UInt8]) {
        bytes = document.starts(with: Self.mark) ? Array(document.dropFirst(3)) : document
        var starts = [0]
        for (offset, byte) in bytes.enumerated() {
            if byte == 0x0A {
                starts.append(offset + 1)
            } else if byte == 0x0D, offset + 1 == bytes.count || bytes[offset + 1] != 0x0A {
                starts.append(offset + 1)
            }
        }
        lineStarts = starts
    }

    /// The byte order mark of UTF-8.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Line and column of `offset`, both from 1.
    package func position(of offset: Int) -> SourcePosition {
        let low = lineIndex(of: offset)
        let end = min(offset, bytes.count)
        let column = bytes[lineStarts[low]..<end].count { $0 & 0xC0 != 0x80 } + 1
        return SourcePosition(line: low + 1, column: column)
    }

    /// The bytes of a line, from 1, without its end; none where there is no such line.
    package func line(_ number: Int) -> Range<Int> {
        guard lineStarts.indices.contains(number - 1) else { return bytes.count..<bytes.count }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    /// The line that holds `offset`.
    package func line(holding offset: Int) -> Range<Int> { line(lineIndex(of: offset) + 1) }

    /// The last line that starts at or before `offset`, from 0.
    private func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The text of `span`, what is not UTF-8 replaced.
    package func text(_ span: Range<Int>) -> String { String(decoding: bytes[span], as: UTF8.self) }

    /// The first byte at or after `offset` that is neither blank nor a line's end.
    package func firstVisible(from offset: Int = 0) -> Int? {
        bytes[offset...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }
}

/// A place in a document, as editors count.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// In Unicode scalars, from 1.
    public let column: Int

    /// `LINE:COLUMN`.
    public var description: String { "\(line):\(column)" }
}
