// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// An XML document on its way.
///
/// The only door through which text gets into it: what XML has no way to write becomes U+FFFD, and
/// line ends and tabs come back from a reader as they were. A document that is printed to the log of
/// a step of GitHub's is not obeyed: the runner takes a line that begins with `::`, and `##[` anywhere,
/// for a command, so there a character of these is written by its number, which no reader notices.
///
/// Source: XML 1.0, fifth edition, §2.2 (characters), §2.4 (character data), §2.11 (line ends),
/// §3.3.3 (attribute values).
struct XMLText {
    /// Everything so far.
    private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    private var depth = 0

    /// Adds `<name …>`, what `content` adds, and `</name>`, each on lines of their own.
    mutating func element(
        _ name: String,
        _ attributes: KeyValuePairs<String, String?>,
        _ content: (inout XMLText) -> Void
    ) {
        open(name, attributes, ">\n")
        depth += 1
        content(&self)
        depth -= 1
        text += "\(indent)</\(name)>\n"
    }

    /// Adds `<name …/>`.
    mutating func empty(_ name: String, _ attributes: KeyValuePairs<String, String?>) {
        open(name, attributes, "/>\n")
    }

    /// Adds `<name …>content</name>`.
    mutating func leaf(
        _ name: String,
        _ attributes: KeyValuePairs<String, String?>,
        _ content: String
    ) {
        open(name, attributes, ">")
        text += Self.escaped(content, isAttribute: false)
        text += "</\(name)>\n"
    }

    private mutating func open(
        _ name: String,
        _ attributes: KeyValuePairs<String, String?>,
        _ end: String
    ) {
        text += "\(indent)<\(name)"
        for (key, value) in attributes {
            if let value { text += " \(key)=\"\(Self.escaped(value, isAttribute: true))\"" }
        }
        text += end
    }

    private var indent: String { String(repeating: " ", count: depth * 2) }

    /// `content` as a document can hold it.
    static func escaped(_ content: String, isAttribute: Bool) -> String {
        var escaped = String.UnicodeScalarView()
        func add(_ text: String) { escaped.append(contentsOf: text.unicodeScalars) }
        /// Whether nothing but blanks stands before it in its line.
        var isAtStart = true
        var hashes = 0
        for scalar in content.unicodeScalars {
            defer {
                isAtStart =
                    scalar == "\n" || scalar == "\r" || isAtStart && scalar.properties.isWhitespace
                hashes = scalar == "#" ? hashes + 1 : 0
            }
            switch scalar {
            case ":" where isAtStart: add("&#58;")
            case "[" where hashes >= 2: add("&#91;")
            case "&": add("&amp;")
            case "<": add("&lt;")
            // Needed only in `]]>`.
            case ">": add("&gt;")
            case "\"" where isAttribute: add("&quot;")
            // A reader would make a space of each in an attribute,
            case "\n" where isAttribute: add("&#10;")
            case "\t" where isAttribute: add("&#9;")
            // and a line feed of this one anywhere.
            case "\r": add("&#13;")
            case "\n", "\t": escaped.append(scalar)
            case _ where !isAllowed(scalar): escaped.append("\u{FFFD}")
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // The document may have those from 7F to 9F, but should not: a terminal obeys some.
        case 0..<0x20, 0x7F..<0x85, 0x86..<0xA0, 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }
}
