// SPDX-License-Identifier: Apache-2.0

/// Why a document is not JSON. Source: RFC 8259.
public enum JSONProblem: Hashable, Sendable {
    /// It starts as YAML does.
    case startsLikeYAML
    /// A bracket that is never closed.
    case openBracket(Character)
    /// A string without its second quote.
    case openQuote
    /// Something else than what must come here.
    case expected(String)
    /// A comma before the closing bracket.
    case trailingComma
    /// A key that has no quotes.
    case bareKey
    /// A string in single quotes.
    case singleQuotes
    /// `//`, `/*` or `#`.
    case comment
    /// A word that JSON hasn't, as `True` or `NaN`.
    case word(String)
    /// A number in a form that JSON hasn't.
    case number(String)
    /// A line break, a tab or another control character in a string.
    case controlCharacter(Unicode.Scalar)
    /// A backslash before a character that it can't stand before.
    case unknownEscape
    /// `\u` with half of a surrogate pair.
    case loneSurrogate
    /// Text after the document's only value.
    case textAfterEnd

    var detail: String {
        switch self {
        case .startsLikeYAML: "not JSON: this starts as YAML does"
        case .openBracket(let bracket): "not JSON: this \"\(bracket)\" is never closed"
        case .openQuote: "not JSON: this string is never closed"
        case .expected(let what): "not JSON: \(what) is expected here"
        case .trailingComma: "not JSON: a comma before the closing bracket"
        case .bareKey: "not JSON: a key needs double quotes"
        case .singleQuotes: "not JSON: strings have double quotes"
        case .comment: "not JSON: there are no comments in it"
        case .word(let word): "not JSON: \(Excerpt.quoted(word)) is no value"
        case .number(let text): "not JSON: \(Excerpt.quoted(text)) is no number"
        case .controlCharacter(let scalar):
            "not JSON: a string holds \(Excerpt.name(of: scalar)) as it is"
        case .unknownEscape: "not JSON: this backslash starts no escape"
        case .loneSurrogate: "not JSON: half of a surrogate pair"
        case .textAfterEnd: "not JSON: text after the end of the document"
        }
    }

    var hint: String? {
        switch self {
        case .startsLikeYAML: "send it as application/yaml, or name it job.yaml"
        case .openBracket(let bracket): "add \"\(YAMLProblem.closing(bracket))\""
        case .openQuote: "close it; a line break in a string is \\n"
        case .expected: nil
        case .trailingComma: "remove the comma"
        case .bareKey: "write \"key\": value, or send the document as YAML"
        case .singleQuotes: "write \"text\", or send the document as YAML"
        case .comment: "remove it, or send the document as YAML"
        case .word(let word):
            switch word.lowercased() {
            case "true", "false": "write \(word.lowercased())"
            case "none", "nil", "undefined", "null": "remove the key to get its default"
            default: "text needs double quotes"
            }
        case .number: "write plain decimal digits; durations and sizes are strings: \"10s\""
        case .controlCharacter(let scalar):
            "write \(Excerpt.jsonEscape(of: scalar)), or send the document as YAML"
        case .unknownEscape: "write \\\\ for a backslash"
        case .loneSurrogate: "write the character itself, or both halves: \\ud83d\\ude00"
        case .textAfterEnd: "send each job on its own"
        }
    }
}
