// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A value on its way into a document.
package indirect enum Written: Sendable {
    /// A number, `true` or `false`; the same in YAML and JSON.
    case literal(String)
    /// A word without any character of YAML's own and that YAML reads as text, as `10s`.
    case word(String)
    case text(String)
    case list([Written])
    case map([(key: String, value: Written)])
    /// A value that is there and is not told.
    case secret
}

extension Written: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// As the JSON that means the same.
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .literal(let text):
            var container = encoder.singleValueContainer()
            if let number = Int(text) {
                try container.encode(number)
            } else {
                try container.encode(text == "true")
            }
        case .word(let text), .text(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .list(let items):
            var container = encoder.unkeyedContainer()
            for item in items { try container.encode(item) }
        case .map(let members):
            var container = encoder.container(keyedBy: Key.self)
            for member in members {
                try container.encode(member.value, forKey: Key(stringValue: member.key))
            }
        case .secret:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        }
    }
}

extension Written {
    /// A value of a matrix.
    init(_ value: SpecValue) {
        self =
            switch value {
            case .boolean(let truth): .literal("\(truth)")
            case .integer(let number): .literal("\(number)")
            case .text(let text): .text(text)
            case .list(let items): .list(items.map { .text($0) })
            }
    }
}

extension SpecValue {
    /// The same value for a matrix; nil where a matrix can have none such.
    init?(_ written: Written) {
        switch written {
        case .literal(let text):
            self = Int(text).map { .integer($0) } ?? .boolean(text == "true")
        case .word(let text), .text(let text): self = .text(text)
        case .list(let items):
            let texts = items.compactMap { item in
                if case .text(let text) = item { text } else { nil }
            }
            guard texts.count == items.count else { return nil }
            self = .list(texts)
        case .map, .secret: return nil
        }
    }
}
