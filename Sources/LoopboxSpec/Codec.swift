// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// One type of value in a spec: how it is read, how it is written, and what it looks like.
package struct Codec<Value: Sendable>: Sendable {
    /// Its description as data.
    package let shape: Shape
    /// An example, as it would be written in one line.
    package let example: String
    /// The value of a node; nil after a fault. The node is neither refused nor null.
    package let read: @Sendable (Node, inout Reading) -> Value?
    /// The value as a document has it; nil where the key is left out.
    package let write: @Sendable (Value) -> Written?
}

extension Codec {
    /// The same value, for a property that is nil where the key is left out.
    var optional: Codec<Value?> {
        Codec<Value?>(
            shape: shape,
            example: example,
            read: { node, reading in read(node, &reading).map { .some($0) } },
            write: { value in value.flatMap(write) }
        )
    }
}

extension Codec where Value: RawRepresentable<String> {
    /// The same value, where the server can give it.
    func given(
        _ isGiven: @escaping @Sendable (Value, Attestation.Level) -> Bool
    ) -> Codec {
        Codec(
            shape: shape,
            example: example,
            read: { node, reading in
                guard let value = read(node, &reading) else { return nil }
                guard let level = reading.context.level, !isGiven(value, level) else {
                    return value
                }
                reading.fault(
                    .notHere(key: reading.key, found: value.rawValue, level: level),
                    at: node.span
                )
                return nil
            },
            write: write
        )
    }
}

extension Codec<Bool> {
    /// `true` or `false`, and not what YAML 1.1 takes for them.
    static let boolean = Codec(
        shape: .boolean,
        example: "true",
        read: { node, reading in
            guard
                let (text, isPlain) = reading.scalar(
                    node,
                    expected: "true or false",
                    example: "true"
                )
            else { return nil }
            if isPlain, text == "true" { return true }
            if isPlain, text == "false" { return false }
            reading.fault(
                .notTrueOrFalse(
                    key: reading.key,
                    found: text,
                    isQuoted: !isPlain && (text == "true" || text == "false")
                ),
                at: node.span
            )
            return nil
        },
        write: { .literal($0 ? "true" : "false") }
    )
}

extension Codec<Int> {
    /// A whole number in decimal digits.
    static func integer(_ range: ClosedRange<Int>) -> Codec {
        Codec(
            shape: .integer(range),
            example: "\(range.lowerBound)",
            read: { node, reading in integer(node, range, reading: &reading) },
            write: { .literal("\($0)") }
        )
    }

    static func integer(_ node: Node, _ range: ClosedRange<Int>, reading: inout Reading) -> Int? {
        guard
            let (text, isPlain) = reading.scalar(
                node,
                expected: "a whole number",
                example: "\(range.lowerBound)"
            )
        else { return nil }
        guard isPlain, isDecimal(text) else {
            reading.fault(
                .notAnInteger(
                    key: reading.key,
                    found: text,
                    isQuoted: !isPlain && isDecimal(text)
                ),
                at: node.span
            )
            return nil
        }
        // More digits than an Int has are above any range.
        let value = Int(text) ?? (text.hasPrefix("-") ? .min : .max)
        guard range.contains(value) else {
            reading.fault(
                .outOfRange(
                    key: reading.key,
                    found: text,
                    lowest: "\(range.lowerBound)",
                    highest: "\(range.upperBound)",
                    isAbove: value > range.upperBound
                ),
                at: node.span
            )
            return nil
        }
        return value
    }

    /// Digits, without a zero in front: YAML 1.1 takes `010` for eight.
    private static func isDecimal(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        return text.utf8.count - digits.count <= 1
            && !digits.isEmpty && digits.allSatisfy(\.isDigitOfASCII)
            && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }
}

extension Codec where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    static func words() -> Codec {
        let words = Value.allCases.map(\.rawValue)
        return Codec(
            shape: .words(words),
            example: words.first ?? "",
            read: { node, reading in
                guard
                    let (text, _) = reading.scalar(
                        node,
                        expected: "text",
                        example: words.first ?? ""
                    )
                else { return nil }
                if let value = Value(rawValue: text) { return value }
                reading.fault(
                    .notOneOf(
                        key: reading.key,
                        found: text,
                        words: words,
                        suggestion: NearestWord.suggestion(for: text, among: words)
                            ?? words.first { text.lowercased().hasPrefix($0) }
                            ?? words.first { word in
                                !text.isEmpty
                                    && (word.hasPrefix(text.lowercased())
                                        || word.hasSuffix(text.lowercased()))
                            }
                    ),
                    at: node.span
                )
                return nil
            },
            write: { .word($0.rawValue) }
        )
    }
}

extension Codec<String> {
    /// Any text, as it was written; a number or `true` is taken as its text.
    static func text(
        max: Int,
        unit: String = "bytes",
        example: String,
        isSingleLine: Bool = false
    ) -> Codec {
        Codec(
            shape: .text(.init(countMax: max, unit: unit, takesAnyScalar: true)),
            example: example,
            read: { node, reading in
                guard
                    let (text, _) = reading.scalar(
                        node,
                        expected: "text",
                        example: example
                    )
                else { return nil }
                // Scalars, as in JSON Schema: one grapheme can hold any number of marks.
                let count = unit == "bytes" ? text.utf8.count : text.unicodeScalars.count
                guard count <= max else {
                    reading.fault(
                        .tooLong(key: reading.key, count: count, limit: max, unit: unit),
                        at: node.span
                    )
                    return nil
                }
                let bad = text.unicodeScalars.first { scalar in
                    isSingleLine ? !Excerpt.isShown(scalar) : scalar == "\0"
                }
                if let bad {
                    reading.fault(.unprintable(key: reading.key, bad), at: node.span)
                    return nil
                }
                return text
            },
            write: { .text($0) }
        )
    }

    /// Text that `check` takes, or says what is wrong with it.
    static func text(
        _ shape: Shape.TextShape,
        example: String,
        check: @escaping @Sendable (String, inout Reading) -> SpecError?
    ) -> Codec {
        Codec(
            shape: .text(shape),
            example: example,
            read: { node, reading in
                guard
                    let (text, _) = reading.scalar(
                        node,
                        expected: "text",
                        example: example
                    )
                else { return nil }
                if let error = check(text, &reading) {
                    reading.fault(error, at: node.span)
                    return nil
                }
                return text
            },
            write: { .text($0) }
        )
    }
}
