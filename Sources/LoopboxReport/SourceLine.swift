// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A line of source with a place in it, as it is shown above its caret.
struct SourceLine {
    /// The line, or the part of it round the place.
    let text: String
    /// Spaces, then `^~~~` under the place, as a spec's mistakes are marked; nil where it has no
    /// column.
    let underline: String?

    /// `location`'s line in at most `columns`, which is more than 8.
    ///
    /// Where the line is too long, it is cut, so that the beginning of the place stays in sight.
    init(_ location: Location, columns: Int) {
        let start = location.column.map { max($0 - 1, 0) }
        var dropped = 0
        if let start, start > columns / 2,
            SafeText(location.snippet, columns: columns).isCut
        {
            // A quarter of the width is for what stands before the place.
            dropped = min(start - columns / 4, location.snippet.unicodeScalars.count)
        }
        let mark = dropped > 0 ? "…" : ""
        let rest = String(location.snippet.unicodeScalars.dropFirst(dropped))
        text = mark + SafeText.start(of: rest, columns: columns - mark.count)

        guard let start else {
            underline = nil
            return
        }
        let end = max(location.endColumn.map { $0 - 1 } ?? 0, start + 1)
        var before = mark.count
        var inside = 0
        var scalar = dropped
        for cell in SafeText(rest, columns: columns - mark.count).cells {
            if scalar + cell.scalars <= start {
                before += cell.width
            } else if scalar < end {
                inside += cell.width
            }
            scalar += cell.scalars
        }
        // The place may lie behind the line's end: a caret there would point at nothing.
        underline =
            inside == 0
            ? nil
            : String(repeating: " ", count: before) + "^"
                + String(repeating: "~", count: inside - 1)
    }
}
