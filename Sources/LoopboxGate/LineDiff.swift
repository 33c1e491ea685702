// SPDX-License-Identifier: Apache-2.0

/// Where two texts differ, in lines: as one block between what they have in common at the beginning
/// and at the end. It costs no more than reading both, whatever a program wrote.
struct LineDiff {
    /// The first line that differs, counting from 1.
    let line: Int
    /// Lines with `-` are of the first text, with `+` of the second, with a space of both.
    let text: String

    /// Lines of either text that are shown, and of what they have in common on each side.
    static let linesMax = 10
    static let contextMax = 2
    /// Bytes shown of a line.
    static let lineBytesMax = 200

    /// The difference between two texts.
    init(from old: ArraySlice<UInt8>, to new: ArraySlice<UInt8>) {
        let old = Self.lines(old)
        let new = Self.lines(new)
        let least = min(old.count, new.count)
        var prefix = 0
        while prefix < least, old[prefix] == new[prefix] { prefix += 1 }
        var suffix = 0
        while suffix < least - prefix,
            old[old.count - 1 - suffix] == new[new.count - 1 - suffix]
        {
            suffix += 1
        }
        line = prefix + 1
        var shown: [String] = []
        for line in old[max(0, prefix - Self.contextMax)..<prefix] {
            shown.append(" " + Self.shown(line))
        }
        shown += Self.block("-", old[prefix..<(old.count - suffix)])
        shown += Self.block("+", new[prefix..<(new.count - suffix)])
        for line in old[(old.count - suffix)...].prefix(Self.contextMax) {
            shown.append(" " + Self.shown(line))
        }
        text = shown.joined(separator: "\n")
    }

    private static func lines(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        text.isEmpty
            ? [] : text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    private static func block(_ mark: String, _ lines: ArraySlice<ArraySlice<UInt8>>) -> [String] {
        var shown = lines.prefix(linesMax).map { mark + Self.shown($0) }
        let more = lines.count - linesMax
        if more > 0 { shown.append("\(mark)… \(more) more line\(more == 1 ? "" : "s")") }
        return shown
    }

    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.prefix(lineBytesMax), as: UTF8.self)
            + (line.count > lineBytesMax ? "…" : "")
    }
}
