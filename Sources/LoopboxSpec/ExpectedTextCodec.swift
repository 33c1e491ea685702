// SPDX-License-Identifier: Apache-2.0

import LoopboxGate
import LoopboxModel

/// `expect.stdout` and `.stderr`: a text, or one of `{equals}`, `{contains}`, `{matches}`.
enum ExpectedTextCodec {
    static let codec = Codec<Expectations.Text>(
        shape: .either([text.shape, map.shape]),
        example: "\"done\\n\"",
        read: { node, reading in
            if case .map = node.content { return map.read(node, &reading) }
            return text.read(node, &reading).map { .equals($0) }
        },
        write: { expected in
            if case .equals(let bare) = expected { text.write(bare) } else { map.write(expected) }
        }
    )

    /// The keys as they are written; one of them is.
    private struct Draft: Sendable {
        var equals: String?
        var contains: String?
        var matches: String?
    }

    private static let text = Codec<String>.text(
        max: Expectations.Text.bytesMax,
        example: "\"done\\n\""
    )

    private static let pattern = Codec<String>.text(
        .init(
            countMin: 1,
            countMax: Expectations.Text.patternBytesMax,
            form: "a regular expression as RE2 has it"
        ),
        example: "\"^done in [0-9]+ ms$\""
    ) { text, reading in
        let count = text.utf8.count
        guard count <= Expectations.Text.patternBytesMax else {
            let limit = Expectations.Text.patternBytesMax
            return .tooLong(key: reading.key, count: count, limit: limit, unit: "bytes")
        }
        do throws(Pattern.Fault) {
            _ = try Pattern(text)
            return nil
        } catch {
            return .pattern(key: reading.key, reason: error.reason)
        }
    }

    private static let keys = ["equals", "contains", "matches"]

    private static let map = Codec<Expectations.Text>.map(
        [
            Field(
                "equals",
                text.optional,
                \.equals,
                defaults: nil,
                summary: "The whole of it; a line feed at the end does not matter."
            ),
            Field(
                "contains",
                text.optional,
                \.contains,
                defaults: nil,
                summary: "A text that is somewhere in it."
            ),
            Field(
                "matches",
                pattern.optional,
                \.matches,
                defaults: nil,
                summary:
                    "A regular expression of RE2 that matches somewhere in it; `(?m)` makes `^` "
                    + "and `$` the ends of lines."
            ),
        ],
        exactlyOne: [keys],
        example: "{contains: done}",
        start: { Draft() },
        finish: { draft, seen, reading in
            let written = keys.compactMap { seen[$0] }.sorted {
                $0.keySpan.lowerBound < $1.keySpan.lowerBound
            }
            if written.count > 1 {
                reading.fault(
                    .bothKeys(
                        written[0].key,
                        written[1].key,
                        in: reading.key,
                        cure: "keep one"
                    ),
                    at: written[1].keySpan,
                    in: .key(written[1].key)
                )
                return nil
            }
            if written.isEmpty, seen.meant.isEmpty {
                reading.fault(
                    .nothingIn(
                        key: reading.key,
                        cure: "write one of \(keys.joined(separator: ", "))"
                    ),
                    at: seen.place
                )
            }
            if let entry = written.first, draft.contains == "" || draft.matches == "" {
                reading.inside(.key(entry.key)) { reading in
                    let cure = "an empty one is in every text; remove it"
                    reading.fault(.nothingIn(key: reading.key, cure: cure), at: entry.value.span)
                }
            }
            return draft.equals.map { .equals($0) } ?? draft.contains.map { .contains($0) }
                ?? draft.matches.map { .matches($0) }
        },
        undo: { expected in
            switch expected {
            case .equals(let text): Draft(equals: text)
            case .contains(let text): Draft(contains: text)
            case .matches(let text): Draft(matches: text)
            }
        }
    )
}
