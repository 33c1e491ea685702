// SPDX-License-Identifier: Apache-2.0

/// Lines of a document, to be shown above the marks that underline a mistake.
struct ExcerptLines {
    let source: SourceText
    /// What is shown as `*`.
    let hidden: HiddenText

    /// Columns of a line that are shown; longer lines are cut around the mistake.
    static let widthMax = 100
    /// Columns that are kept before the mistake in a cut line.
    private static let lead = 30

    /// The line with its number, and the marks below it; nil for an empty line.
    func excerpt(of diagnostic: SpecDiagnostic) -> (line: String, marks: String)? {
        let line = source.line(diagnostic.line)
        // The marks are counted in scalars, as the columns are, and so is the window.
        let start = diagnostic.column - 1
        let first = start < Self.widthMax - Self.lead ? 0 : start - Self.lead
        let scalars = scalars(of: line, from: first, count: Self.widthMax + 1)
        if scalars.isEmpty { return nil }

        let isCut = scalars.count > Self.widthMax
        let shown = scalars.prefix(Self.widthMax)
        let before = shown.prefix(start - first)
        let under = shown.dropFirst(before.count).prefix(diagnostic.endColumn - diagnostic.column)
        let number = "\(diagnostic.line)"
        let margin = String(repeating: " ", count: max(0, 4 - number.count)) + number + " | "
        let text = (first > 0 ? "…" : "") + shown.map(\.text).joined() + (isCut ? "…" : "")
        let blanks =
            String(repeating: " ", count: margin.count + (first > 0 ? 1 : 0))
            + before.map(\.blank).joined()
        // A tab is underlined by one mark: how wide it is, is the terminal's affair.
        let tail = under.dropFirst().reduce(0) { $0 + $1.width } + (under.first?.width ?? 1) - 1
        return (margin + text, blanks + "^" + String(repeating: "~", count: max(0, tail)))
    }

    /// A scalar as it is shown.
    private struct Shown {
        let text: String
        let width: Int

        /// What takes as much room: a tab for a tab, as both lines have it in the same column.
        var blank: String { text == "\t" ? "\t" : String(repeating: " ", count: width) }
    }

    private func scalars(of line: Range<Int>, from first: Int, count: Int) -> [Shown] {
        // Bytes are skipped before anything is decoded: the line may be the whole document.
        var offset = line.lowerBound
        var column = 0
        while offset < line.upperBound {
            if source.bytes[offset] & 0xC0 != 0x80 {
                if column == first { break }
                column += 1
            }
            offset += 1
        }
        var shown: [Shown] = []
        while offset < line.upperBound, shown.count < count {
            var end = offset + 1
            while end < line.upperBound, source.bytes[end] & 0xC0 == 0x80 { end += 1 }
            shown.append(scalar(in: offset..<end))
            offset = end
        }
        return shown
    }

    private func scalar(in span: Range<Int>) -> Shown {
        if hidden.contains(span.lowerBound) { return Shown(text: "*", width: 1) }
        let text = String(decoding: source.bytes[span], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1,
            scalar == "\t" || Excerpt.isShown(scalar)
        else { return Shown(text: "\u{FFFD}", width: 1) }
        return Shown(text: text, width: Self.width(of: scalar))
    }

    /// Columns of a terminal. Source: Unicode Standard Annex 11, "W" and "F", in blocks.
    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
