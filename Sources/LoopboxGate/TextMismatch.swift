// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// How a stream is not what was expected.
struct TextMismatch {
    /// In one line.
    let detail: String
    /// Of two texts that should be equal: the lines in which they differ.
    let diff: String?

    /// Characters shown of a text in a reason.
    private static let shownMax = 80

    /// What is wrong with `output`, called `name`; nil: it is as expected.
    ///
    /// Where a part of the output was dropped, only what is certain of the whole holds: a text is in
    /// it if it is in one of the two pieces that were kept.
    init?(of output: CapturedOutput, with expected: Expectations.Text, name: String) {
        let isCut = output.dropped > 0
        let cut = isCut ? "; \(output.dropped) bytes in the middle of \(name) were dropped" : ""
        switch expected {
        case .equals(let text):
            let wanted = Self.withoutEnd(Array(text.utf8))
            let found = Self.withoutEnd(output.bytes)
            if !isCut, wanted == found { return nil }
            let diff = LineDiff(from: wanted, to: found)
            detail =
                isCut
                ? "\(name) can't be compared as a whole\(cut) (limits.output)"
                : "\(name) differs from what is expected in line \(diff.line)"
            self.diff = diff.text
        case .contains(let text):
            let wanted = Array(text.utf8)
            if Self.has(wanted, in: output.head) || Self.has(wanted, in: output.tail) { return nil }
            let quoted = Self.quoted(text)
            detail =
                isCut
                ? "\(quoted) is not in what was kept\(cut)"
                : "\(name) does not contain \(quoted)\(Self.beginning(of: output, name))"
            diff = nil
        case .matches(let text):
            // The spec was taken, so this is one.
            guard let pattern = try? Pattern(text) else { return nil }
            let inHead = pattern.firstMatch(in: output.head)
            let inTail = isCut ? pattern.firstMatch(in: output.tail) : nil
            // A match that touches the cut may be one of the cut: `$` holds there, and nowhere else.
            if let inHead, !isCut || inHead.upperBound < output.head.count { return nil }
            if let inTail, inTail.lowerBound > 0 { return nil }
            let quoted = Self.quoted(text)
            detail =
                isCut
                ? "nothing in what was kept matches \(quoted) for certain\(cut)"
                : "nothing in \(name) matches \(quoted)\(Self.beginning(of: output, name))"
            diff = nil
        }
    }

    /// Without one line feed at the end.
    private static func withoutEnd(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    }

    /// Whether `wanted` is somewhere in `bytes`.
    private static func has(_ wanted: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = wanted.first else { return true }
        var rest = bytes[...]
        while let start = rest.firstIndex(of: first), rest.endIndex - start >= wanted.count {
            if rest[start..<start + wanted.count].elementsEqual(wanted) { return true }
            rest = rest[(start + 1)...]
        }
        return false
    }

    private static func beginning(of output: CapturedOutput, _ name: String) -> String {
        let line = String(
            decoding: output.head.prefix { $0 != UInt8(ascii: "\n") }.prefix(shownMax * 4),
            as: UTF8.self
        )
        return output.head.isEmpty ? "; it is empty" : "; its first line is \(quoted(line))"
    }

    private static func quoted(_ text: String) -> String {
        text.count > shownMax ? "\"\(text.prefix(shownMax))…\"" : "\"\(text)\""
    }
}
