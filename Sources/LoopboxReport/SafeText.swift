// SPDX-License-Identifier: Apache-2.0

/// Text of anybody's making, in the form in which a terminal may have it.
///
/// A message, a path or a line of source can hold escape sequences that move the cursor, marks
/// that turn the order of the letters round, or a thousand accents on one letter. Here every such
/// scalar is written out as Python would write it in a string (`\x1b`, `\u202e`), and every cell
/// knows how many columns it takes.
///
/// Source: UAX #11 (East Asian Width), UAX #29 (grapheme clusters), UTS #51 (emoji).
struct SafeText {
    /// What is shown for one cluster of the original.
    struct Cell {
        /// Harmless in a terminal.
        var text: String
        /// In columns.
        var width: Int
        /// How many scalars of the original it stands for.
        var scalars: Int
    }

    /// What is shown, in order.
    private(set) var cells: [Cell] = []
    /// Of all cells together, in columns.
    private(set) var width = 0
    /// Whether the original goes on after the cells.
    private(set) var isCut = false

    /// A tab reaches to the next multiple of this. Eight would push deep code out of sight.
    static let tabWidth = 4
    /// Scalars shown of one cluster. The longest emoji need ten; what is longer is a stack of
    /// accents that covers the lines above.
    static let clusterScalarsMax = 12

    /// As much of `original` as fits into `columns`.
    init(_ original: some StringProtocol, columns: Int) {
        for character in original {
            let cell = Self.cell(of: character, at: width)
            guard width + cell.width <= columns else {
                isCut = true
                return
            }
            cells.append(cell)
            width += cell.width
        }
    }

    /// All cells as one text.
    var text: String { cells.reduce(into: "") { $0 += $1.text } }

    /// As much of `original` as fits into `columns`; where that is not all, its end is `…`.
    ///
    /// `…` is there even where `columns` is 0.
    static func start(of original: some StringProtocol, columns: Int) -> String {
        var whole = SafeText(original, columns: columns)
        guard whole.isCut else { return whole.text }
        while whole.width > max(columns - 1, 0), let last = whole.cells.popLast() {
            whole.width -= last.width
        }
        return whole.text + "…"
    }

    /// The last part of `original` that fits into `columns`; where that is not all, it begins
    /// with `…`. For paths, whose end says most.
    static func end(of original: String, columns: Int) -> String {
        let whole = SafeText(original, columns: columns)
        guard whole.isCut else { return whole.text }
        // Every cell is at least a column wide, so more characters than this can't fit.
        var cells = SafeText(original.suffix(columns - 1), columns: .max).cells[...]
        var width = cells.reduce(0) { $0 + $1.width }
        while width > columns - 1, let first = cells.popFirst() { width -= first.width }
        return cells.reduce(into: "…") { $0 += $1.text }
    }

    /// How many columns `text` takes.
    static func width(of text: some StringProtocol) -> Int {
        SafeText(text, columns: .max).width
    }

    // MARK: One cell

    private static func cell(of character: Character, at column: Int) -> Cell {
        let scalars = character.unicodeScalars
        if let scalar = scalars.first, scalars.count == 1, (" "..."~").contains(scalar) {
            return Cell(text: String(character), width: 1, scalars: 1)
        }
        if character == "\t" {
            let width = tabWidth - column % tabWidth
            return Cell(text: String(repeating: " ", count: width), width: width, scalars: 1)
        }
        // A joiner is harmless inside a cluster, and invisible alone.
        let isJoined = scalars.count > 1
        if scalars.contains(where: { !isHarmless($0, isJoined: isJoined) }) {
            let text = scalars.prefix(clusterScalarsMax).reduce(into: "") { text, scalar in
                text += isHarmless(scalar, isJoined: false) ? String(scalar) : escape(scalar)
            }
            // At least as wide as the terminal will have it: marks count as a column here.
            let width = text.unicodeScalars.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
            return Cell(text: text, width: width, scalars: scalars.count)
        }
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: scalars.prefix(clusterScalarsMax))
        let width = scalars.contains(where: isWide) ? 2 : 1
        return Cell(text: String(shown), width: width, scalars: scalars.count)
    }

    private static func isHarmless(_ scalar: Unicode.Scalar, isJoined: Bool) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            false
        case .format: isJoined && (scalar == "\u{200D}" || scalar == "\u{200C}")
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        let hex = String(scalar.value, radix: 16)
        let (mark, digits) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + mark + String(repeating: "0", count: digits - hex.count) + hex
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x1100: false
        // U+FE0F asks for the coloured form of the symbol before it, which is wide.
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE0F, 0xFE10...0xFE19, 0xFE30...0xFE6F,
            0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
            0x1F200...0x1F265, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
