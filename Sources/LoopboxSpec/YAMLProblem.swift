// SPDX-License-Identifier: Apache-2.0

/// Why a document is not YAML.
public enum YAMLProblem: Hashable, Sendable {
    /// Indentation by a tab.
    case tab
    /// `name: a: b`.
    case secondColon
    /// A key that is indented further than the key above it, which has a value.
    case keyTooDeep
    /// A key that stands in no column of an open map.
    case misplacedKey
    /// Text behind a value that has ended, as after a quote.
    case textAfterValue
    /// An item that stands in no column of an open list; `column` is the list's.
    case misplacedItem(column: Int)
    /// A line of a map without `: `.
    case colonMissing
    /// `key: - item`.
    case listOnKeyLine
    /// A text that starts with a character of YAML's own.
    case reservedCharacter(Character)
    /// A quote that is never closed.
    case openQuote
    /// `[` or `{` that is not closed where it should be.
    case openBracket(Character, at: SourcePosition)
    /// `[` or `{` that is never closed.
    case unclosedBracket(Character)
    /// A backslash in double quotes before a character that it can't stand before.
    case unknownEscape
    /// Text behind `|` or `>`.
    case textAfterBlockMark
    /// Text after the end of the document's only value.
    case textAfterEnd
    /// A `? ` that is no key.
    case complexKey
    /// All else, in libyaml's words.
    case other(String)

    var detail: String {
        switch self {
        case .tab: "a tab is used as indentation"
        case .secondColon: "a second \": \" in one line"
        case .keyTooDeep: "this key is indented further than the one above, which has a value"
        case .misplacedKey: "this starts in no column of the keys above"
        case .textAfterValue: "the value has ended before this text"
        case .misplacedItem: "an item (\"- \") of the list above is expected here"
        case .colonMissing: "a key needs \": \" after it"
        case .listOnKeyLine: "a list of lines can't start behind its key"
        case .reservedCharacter(let character):
            "text can't start with \(Excerpt.quoted(String(character))) without quotes"
        case .openQuote: "this quote is never closed"
        case .openBracket(let bracket, let position):
            "the \"\(bracket)\" of \(position) lacks a \",\" or \"\(Self.closing(bracket))\" here"
        case .unclosedBracket(let bracket): "this \"\(bracket)\" is never closed"
        case .unknownEscape: "this backslash starts no escape that YAML has"
        case .textAfterBlockMark: "text can't follow \"|\" or \">\" in the same line"
        case .textAfterEnd: "the map has ended before this text"
        case .complexKey: "\"? \" starts a key that is not text"
        case .other(let text): "not YAML: \(text)"
        }
    }

    var hint: String? {
        switch self {
        case .tab: "indent with spaces; YAML takes no tabs there"
        case .secondColon: "put the text behind the first one in quotes: key: \"a: b\""
        case .keyTooDeep: "start it in the same column as the key above"
        case .misplacedKey: "all keys of one map start in the same column"
        case .textAfterValue: "put all of it in quotes; inside of '…' a quote is written ''"
        case .misplacedItem(let column): "the items of that list start in column \(column)"
        case .colonMissing: "write \"key: value\"; text of several lines goes below \"key: |\""
        case .listOnKeyLine: "write [a, b], or put the \"- \" lines below the key"
        case .reservedCharacter: "put the text in quotes"
        case .openQuote: "close it; text of several lines is easier below \"key: |\""
        case .openBracket(let bracket, _), .unclosedBracket(let bracket):
            "close it with \"\(Self.closing(bracket))\"; text that holds brackets, commas or "
                + "\": \" needs quotes"
        case .unknownEscape: "write \\\\ for a backslash, or use single quotes"
        case .textAfterBlockMark: "put it on the next line, indented further than the key"
        case .textAfterEnd: "a spec is one map: write all keys in the same way, without { } around"
        case .complexKey: "write \"key: value\"; text that starts with \"? \" needs quotes"
        case .other: nil
        }
    }

    static func closing(_ bracket: Character) -> Character { bracket == "[" ? "]" : "}" }
}
