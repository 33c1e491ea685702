// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A value of a document and where it was written; the same for YAML and JSON.
///
/// Scalars keep the text as it was written: what it means is for the schema to say. Spans are byte
/// offsets into the document; ``SourceText`` knows their lines and columns.
package struct Node: Sendable {
    package enum Content: Sendable {
        /// `isPlain`: without quotes and not as a block, so that it may be a number or `null`.
        case scalar(String, isPlain: Bool)
        case list([Node])
        case map([Entry])
        /// Something that was refused while it was read; the fault is told already.
        case refused
    }

    /// A key, where it was written, and its value.
    package struct Entry: Sendable {
        package let key: String
        package let keySpan: Range<Int>
        package let value: Node
    }

    package let content: Content
    /// Of a list or map only its first character, or nothing.
    package let span: Range<Int>

    /// Whether there is no value here: nothing at all, `~` or `null`. Source: YAML 1.1 "null".
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, as a text calls it.
    package var kind: NodeKind {
        switch content {
        case .scalar(let text, let isPlain):
            if isNull { return .nothing }
            if isPlain, text == "true" || text == "false" { return .trueOrFalse }
            if isPlain, !text.isEmpty, text.utf8.allSatisfy(\.isDigitOfASCII) { return .number }
            return .text
        case .list: return .list
        case .map: return .map
        case .refused: return .nothing
        }
    }
}

extension Node {
    /// A value that stands in no document.
    init(_ value: SpecValue) {
        let content: Content =
            switch value {
            case .boolean(let truth): .scalar("\(truth)", isPlain: true)
            case .integer(let number): .scalar("\(number)", isPlain: true)
            case .text(let text): .scalar(text, isPlain: false)
            case .list(let items): .list(items.map { Node(.text($0)) })
            }
        self.init(content: content, span: 0..<0)
    }
}

/// What a value of a document is, as texts call it.
public enum NodeKind: String, Hashable, Sendable {
    case text
    case number = "a number"
    case trueOrFalse = "a boolean"
    case nothing
    case list = "a list"
    case map = "a map"
}
