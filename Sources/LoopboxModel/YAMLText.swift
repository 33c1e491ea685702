// SPDX-License-Identifier: Apache-2.0

/// Writes values as YAML with the keys in the order of their declaration.
///
/// Every reader gives back what JSON of the same value would give: one of YAML 1.1 as well, to which
/// `no` is a truth value, `12:30` a number of minutes and `2026-01-01` a date. So only text that
/// begins with a letter, has none but harmless characters and is none of those words stands without
/// quotes. Text of several lines is a block, as people write it, where a block can hold it.
///
/// Source: YAML 1.2.2 §5.7 (escapes), §8.1.2 (literal style); YAML 1.1 types `bool`, `null`,
/// `float`, `timestamp`.
public struct YAMLText: Sendable {
    /// A writer.
    public init() {}

    /// The YAML of `value` in UTF-8; its last line ends with a line feed.
    ///
    /// - Throws: `EncodingError` where `value` holds a number that JSON has no word for.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        var text = ""
        let tree = try ValueTree(value)
        switch tree.node {
        case .array(let members) where !members.isEmpty:
            writeItems(members, to: &text, depth: 0, isInline: false)
        case .object(let members) where !members.isEmpty:
            writeMembers(members, to: &text, depth: 0, isInline: false)
        default:
            writeScalar(tree, to: &text, depth: 0)
        }
        return Array(text.utf8)
    }

    // MARK: Collections

    /// `isInline`: whether the first member stands on a line that has begun already.
    private func writeMembers(
        _ members: [(key: String, value: ValueTree)],
        to text: inout String,
        depth: Int,
        isInline: Bool
    ) {
        for (place, member) in members.enumerated() {
            if place > 0 || !isInline { text += Self.indent(depth) }
            let key = Self.isPlain(member.key) ? member.key : Self.quoted(member.key)
            text += key.utf8.count <= Self.keyMax ? "\(key):" : "? \(key)\n\(Self.indent(depth)):"
            switch member.value.node {
            case .array(let items) where !items.isEmpty:
                text += "\n"
                writeItems(items, to: &text, depth: depth + 1, isInline: false)
            case .object(let inner) where !inner.isEmpty:
                text += "\n"
                writeMembers(inner, to: &text, depth: depth + 1, isInline: false)
            default:
                text += " "
                writeScalar(member.value, to: &text, depth: depth + 1)
            }
        }
    }

    private func writeItems(
        _ items: [ValueTree],
        to text: inout String,
        depth: Int,
        isInline: Bool
    ) {
        for (place, item) in items.enumerated() {
            if place > 0 || !isInline { text += Self.indent(depth) }
            text += "- "
            switch item.node {
            case .array(let inner) where !inner.isEmpty:
                writeItems(inner, to: &text, depth: depth + 1, isInline: true)
            case .object(let members) where !members.isEmpty:
                writeMembers(members, to: &text, depth: depth + 1, isInline: true)
            default: writeScalar(item, to: &text, depth: depth + 1)
            }
        }
    }

    private static func indent(_ depth: Int) -> String {
        String(repeating: " ", count: depth * 2)
    }

    /// Bytes of the longest key that has its colon on the same line: a reader looks ahead for it
    /// by 1024 characters and no more.
    static let keyMax = 1000

    // MARK: Scalars

    /// Adds what has no members, and the end of its line.
    private func writeScalar(_ tree: ValueTree, to text: inout String, depth: Int) {
        switch tree.node {
        case .null: text += "null"
        case .literal(let literal): text += Self.number(literal)
        case .string(let string):
            if Self.isBlock(string), depth > 0 {
                text += string.hasSuffix("\n") ? "|\n" : "|-\n"
                let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
                for line in string.hasSuffix("\n") ? lines.dropLast() : lines {
                    text += line.isEmpty ? "\n" : Self.indent(depth) + line + "\n"
                }
                return
            }
            text += Self.isPlain(string) ? string : Self.quoted(string)
        case .array: text += "[]"
        case .object: text += "{}"
        }
        text += "\n"
    }

    /// YAML 1.1 takes `1e-05` for text: a number has a point there.
    private static func number(_ literal: String) -> String {
        guard let exponent = literal.firstIndex(of: "e"), !literal.contains(".") else {
            return literal
        }
        // `true` and `false` have an e, and digits have not.
        guard literal.first.map({ $0 == "-" || $0.isNumber }) == true else { return literal }
        return literal[..<exponent] + ".0" + literal[exponent...]
    }

    /// Whether `text` stands for itself and for nothing else.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.last != UInt8(ascii: " ")
        else { return false }
        let isHarmless = text.utf8.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || " ._-/()".utf8.contains(byte)
        }
        return isHarmless && !words.contains(text.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    /// Words that some reader takes for something else, in lower case.
    private static let words: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity",
    ]

    /// Whether `text` is several lines that a block can hold as they are.
    private static func isBlock(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, scalars.contains("\n"), first != " ", first != "\n",
            first != "\t", !text.hasSuffix("\n\n")
        else { return false }
        return scalars.allSatisfy { $0 == "\n" || $0 == "\t" || !$0.isDisruptive }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = String.UnicodeScalarView()
        func add(_ text: String) { quoted.append(contentsOf: text.unicodeScalars) }
        add("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": add(#"\""#)
            case "\\": add(#"\\"#)
            case "\n": add(#"\n"#)
            case "\r": add(#"\r"#)
            case "\t": add(#"\t"#)
            case _ where scalar.isDisruptive:
                add(#"\u"#)
                add(scalar.hexadecimal(digits: 4))
            default: quoted.append(scalar)
            }
        }
        add("\"")
        return String(quoted)
    }
}
