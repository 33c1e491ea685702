// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The lines of a report, as a terminal may have them.
///
/// The only door through which text leaves: every piece is made safe here, whoever wrote it, and no
/// line is longer than `columnsMax`. Only the colours are added afterwards.
struct ReportPage {
    /// A piece of a line.
    struct Piece: ExpressibleByStringInterpolation {
        var text: String
        var style = Style.plain

        init(_ text: String, _ style: Style) {
            self.text = text
            self.style = style
        }

        init(stringLiteral text: String) { self.text = text }

        static func path(_ text: String) -> Piece { Piece(text, .path) }
        static func caret(_ text: String) -> Piece { Piece(text, .caret) }
        static func severity(_ severity: Severity) -> Piece {
            Piece(severity.rawValue, .severity(severity))
        }
    }

    /// What a piece is, and so what colour it has.
    enum Style: Equatable {
        case plain, path, caret
        case severity(Severity)

        /// Parameters of the escape sequence that begins it; nil: none.
        ///
        /// Source: ECMA-48 §8.3.117, Select Graphic Rendition.
        var graphicRendition: String? {
            switch self {
            case .plain: nil
            case .path: "1"
            case .caret: "1;32"
            case .severity(.error): "1;31"
            case .severity(.warning): "1;33"
            case .severity(.note): "1;36"
            }
        }
    }

    /// Everything so far; each line ends with a line feed.
    private(set) var text = ""
    private let color: Bool

    /// Columns of the longest line. Wider than a usual terminal, as code is; what is longer than
    /// this is no longer read, and fills a screen that another finding needs.
    static let columnsMax = 200

    /// An empty page.
    init(color: Bool) { self.color = color }

    /// Adds a line; its end is `…` where it is too long.
    mutating func line(_ pieces: Piece...) { line(pieces) }

    /// Adds a line; its end is `…` where it is too long.
    mutating func line(_ pieces: [Piece]) {
        let pieces = pieces.filter { !$0.text.isEmpty }
        var left = Self.columnsMax
        for (place, piece) in pieces.enumerated() {
            // A column is kept for the `…` that would stand for the rest.
            let columns = place == pieces.count - 1 ? left : left - 1
            let safe = SafeText(piece.text, columns: columns)
            let shown = safe.isCut ? SafeText.start(of: piece.text, columns: columns) : safe.text
            if color, let parameters = piece.style.graphicRendition {
                text += "\u{1B}[\(parameters)m\(shown)\u{1B}[0m"
            } else {
                text += shown
            }
            if safe.isCut { break }
            left -= safe.width
        }
        text += "\n"
    }

    /// Adds an empty line.
    mutating func blank() { text += "\n" }
}
