// SPDX-License-Identifier: Apache-2.0

/// Finds the word that was probably meant.
public enum NearestWord {
    /// Edits that still count as a slip: two, and no more than a third of the word, as every short
    /// word is two edits from every other.
    private static let editsMax = 2
    /// Longer texts are no slips of words that the schema has; the comparison costs the product of
    /// the lengths.
    private static let lengthMax = 64

    /// The word of `words` that is nearest to `text`; the first of several, nil where none is near.
    public static func suggestion(for text: String, among words: some Sequence<String>) -> String? {
        let wanted = normal(text)
        guard wanted.count <= lengthMax, !wanted.isEmpty else { return nil }
        var best: (word: String, edits: Int)?
        for word in words {
            let candidate = normal(word)
            guard candidate.count <= lengthMax else { continue }
            let edits = distance(wanted, candidate)
            let allowed = min(editsMax, min(wanted.count, candidate.count) / 3)
            guard edits <= allowed, edits < best?.edits ?? .max else { continue }
            best = (word, edits)
        }
        return best?.word
    }

    /// Small letters, `devMode` and `dev-mode` as `dev_mode`.
    static func normal(_ text: String) -> [Unicode.Scalar] {
        let text = text.unicodeScalars.prefix(lengthMax + 1)
        let isAllUpper = !text.contains { $0.properties.isLowercase }
        var scalars: [Unicode.Scalar] = []
        for scalar in text {
            if scalar == "-" || scalar == " " {
                scalars.append("_")
            } else if scalar.isASCII, scalar.properties.isUppercase {
                if let last = scalars.last, last.properties.isLowercase, !isAllUpper {
                    scalars.append("_")
                }
                scalars.append(contentsOf: String(scalar).lowercased().unicodeScalars)
            } else {
                scalars.append(scalar)
            }
        }
        return scalars
    }

    /// Insertions, deletions, replacements and swaps of neighbours that make one of the other.
    ///
    /// Source: Damerau-Levenshtein distance in its form as optimal string alignment.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for (row, one) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var edits = min(last[column + 1] + 1, current[column] + 1)
                edits = min(edits, last[column] + (one == other ? 0 : 1))
                if row > 0, column > 0, one == right[column - 1], left[row - 1] == other {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                current.append(edits)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
