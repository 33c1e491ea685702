// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// What a value of a spec may be, as data: from it come the JSON Schema and the reference page.
package indirect enum Shape: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case text(TextShape)
    case words([String])
    case duration(ClosedRange<Duration>, isServerMaximum: Bool)
    case size(ClosedRange<ByteCount>, isServerMaximum: Bool)
    case list(Shape, count: ClosedRange<Int>, isUnique: Bool)
    case dictionary(keys: KeyShape, Shape, count: ClosedRange<Int>)
    case map(MapShape)
    case either([Shape])

    package struct TextShape: Sendable {
        package var countMin = 0
        /// Characters or bytes; characters are never more than bytes.
        package var countMax: Int
        package var unit = "bytes"
        /// A regular expression of ECMA 262 for the whole text.
        package var pattern: String?
        /// What `pattern` means, for people.
        package var form: String?
        /// Whether a number or `true` is taken as the text in which it was written.
        package var takesAnyScalar = false
    }

    package struct KeyShape: Sendable {
        package let noun: String
        package let pattern: String
        package let form: String
    }

    package struct MapShape: Sendable {
        package let fields: [FieldShape]
        /// Keys of the user's making besides those, and their values.
        package var patterns: [(keys: KeyShape, value: Shape)] = []
        /// Keys of which one must be there, and no two.
        package var exactlyOne: [[String]] = []
        /// Pairs of keys that exclude each other.
        package var notBoth: [[String]] = []
    }

    package struct FieldShape: Sendable {
        package let key: String
        package let shape: Shape
        package let isRequired: Bool
        package let summary: String
        /// What holds where the key is not there.
        package let fallback: Written?
        /// The same in words, where it depends on other keys.
        package let fallbackText: String?
        package let examples: [Written]
    }
}
