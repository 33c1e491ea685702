// SPDX-License-Identifier: Apache-2.0

/// How text of the user is shown back: short, on one line, harmless to a terminal, and without
/// secrets.
enum Excerpt {
    /// Characters of a quoted text; longer ones are cut. A path of this length still fits a line.
    static let quotedMax = 60

    /// `text` in double quotes, cut, control characters as escapes.
    static func quoted(_ text: String) -> String {
        var shown = ""
        var count = 0
        // Scalars, as one character can hold any number of combining marks.
        for scalar in maskingSecrets(in: text.unicodeScalars.prefix(quotedMax + 1)) {
            if count == quotedMax {
                shown += "…"
                break
            }
            shown += scalar == "\"" ? "\\\"" : isShown(scalar) ? String(scalar) : escape(of: scalar)
            count += 1
        }
        return "\"\(shown)\""
    }

    /// `words` as a list in prose, cut after a dozen.
    static func list(_ words: [String]) -> String {
        let shown = words.prefix(listMax).joined(separator: ", ")
        return words.count > listMax ? "\(shown), … (\(words.count))" : shown
    }

    /// Words in a list: all keys of any map of the schema, and not every file of a large program.
    static let listMax = 12

    /// Whether a terminal shows `scalar` and stays as it is. Left out: controls, and marks that
    /// turn the direction of what follows, as they make text look like another.
    static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
            .privateUse:
            false
        default: true
        }
    }

    /// `U+0007`, with the names of those that are met often.
    static func name(of scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\0": "a NUL character"
        case "\n", "\r": "a line break"
        case "\t": "a tab"
        case "\u{1B}": "an escape character (U+001B)"
        case "\u{FEFF}": "a byte order mark (U+FEFF)"
        default: "a control character (U+\(hex(scalar)))"
        }
    }

    /// As YAML's double quotes write it.
    static func escape(of scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: scalar.value > 0xFFFF ? "\\U0000\(hex(scalar))" : "\\u\(hex(scalar))"
        }
    }

    /// As JSON's strings write it.
    static func jsonEscape(of scalar: Unicode.Scalar) -> String {
        scalar == "\n" || scalar == "\r" || scalar == "\t"
            ? escape(of: scalar) : "\\u\(hex(scalar))"
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The scalars with each webhook secret turned to `*`.
    private static func maskingSecrets(
        in scalars: some Sequence<Unicode.Scalar>
    ) -> [Unicode.Scalar] {
        var shown = Array(scalars)
        let prefix = Array("whsec_".unicodeScalars)
        var place = 0
        while place + prefix.count <= shown.count {
            guard shown[place..<place + prefix.count].elementsEqual(prefix) else {
                place += 1
                continue
            }
            place += prefix.count
            while place < shown.count, isOfSecret(shown[place]) {
                shown[place] = "*"
                place += 1
            }
        }
        return shown
    }

    private static func isOfSecret(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && !" ,]}\"'".unicodeScalars.contains(scalar)
    }
}
