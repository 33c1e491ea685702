// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Writes specs as YAML that decodes to the same spec.
///
/// Text is written so that readers of YAML 1.1 and 1.2 both take it for text, and text of several
/// lines as a literal block.
public enum SpecYAML {
    /// The effective spec: every key that has a value, defaults too, in the order of the schema.
    ///
    /// Secrets are left out, and a comment says so: what is written decodes to a spec that equals
    /// `spec` but for its secrets.
    public static func write(_ spec: JobSpec) -> String {
        guard case .map(let members) = SpecSchema.job.write(spec) else { return "" }
        var text = ""
        for member in members { append(member, to: &text, column: 0) }
        return text
    }

    /// `value` on one line, as documentation and hints show it.
    package static func flow(_ value: Written) -> String {
        switch value {
        case .literal(let text), .word(let text): text
        case .text(let text): scalar(text)
        case .list(let items): "[\(items.map(flow).joined(separator: ", "))]"
        case .map(let members):
            "{\(members.map { "\(scalar($0.key)): \(flow($0.value))" }.joined(separator: ", "))}"
        case .secret: scalar("")
        }
    }

    private static func append(
        _ member: (key: String, value: Written),
        to text: inout String,
        column: Int
    ) {
        if case .secret = member.value {
            text += "# \(member.key): is set and not shown\n"
            return
        }
        text += "\(scalar(member.key)):"
        append(member.value, to: &text, column: column)
    }

    /// Appends `value` behind a key or a dash in `column`, and ends the line.
    private static func append(_ value: Written, to text: inout String, column: Int) {
        switch value {
        case .map(let members) where !members.isEmpty:
            text += "\n"
            for member in members {
                text += indent(column + 2)
                append(member, to: &text, column: column + 2)
            }
        case .list(let items) where !items.isEmpty:
            text += "\n"
            for item in items {
                text += indent(column + 2) + "-"
                appendItem(item, to: &text, column: column + 2)
            }
        case .text(let content) where isBlock(content):
            text += " " + blockHeader(content) + "\n"
            // The last line break ends the last line and begins no other.
            let lines = content.hasSuffix("\n") ? content.dropLast() : content[...]
            for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
                text += line.isEmpty ? "\n" : indent(column + 2) + line + "\n"
            }
        default: text += " " + flow(value) + "\n"
        }
    }

    /// Appends an item behind its dash in `column`; a map begins on the dash's own line.
    private static func appendItem(_ item: Written, to text: inout String, column: Int) {
        guard case .map(let members) = item, !members.isEmpty else {
            return append(item, to: &text, column: column)
        }
        for (place, member) in members.enumerated() {
            text += place == 0 ? " " : indent(column + 2)
            append(member, to: &text, column: column + 2)
        }
    }

    private static func indent(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// Whether `text` has several lines, all of which a literal block gives back as they are.
    private static func isBlock(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        return scalars.contains("\n") && scalars.contains { $0 != "\n" }
            && scalars.allSatisfy { $0 == "\n" || $0 == "\t" || Excerpt.isShown($0) }
    }

    /// `|`, the indentation where the first line would hide it, and what becomes of line breaks at
    /// the end. Source: YAML 1.1 §9.2.
    private static func blockHeader(_ text: String) -> String {
        let isHidden = text.first.map { $0 == " " || $0 == "\t" || $0 == "\n" } ?? false
        let keepsBreaks = text.hasSuffix("\n\n")
        return "|" + (isHidden ? "2" : "") + (keepsBreaks ? "+" : text.hasSuffix("\n") ? "" : "-")
    }

    /// `text` plain where no reader of YAML can take it for something else, or in double quotes.
    private static func scalar(_ text: String) -> String {
        if isPlain(text) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where Excerpt.isShown(scalar): quoted.unicodeScalars.append(scalar)
            default: quoted += Excerpt.escape(of: scalar)
            }
        }
        return quoted + "\""
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isLetterOfASCII || first == UInt8(ascii: "_")
        else {
            return false
        }
        return !words.contains(text.lowercased())
            && text.utf8.allSatisfy { byte in
                byte.isLetterOfASCII || byte.isDigitOfASCII || "_-./+@".utf8.contains(byte)
            }
    }

    /// What YAML 1.1 takes for `true`, `false` or null.
    private static let words: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null",
    ]
}
