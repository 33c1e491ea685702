// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The content of a file or of stdin: text, `{text: …}`, or `{base64: …}` for any bytes.
enum ContentCodec {
    static let keys = ["text", "base64"]

    static func codec(bytesMax: Int, example: String) -> Codec<JobSpec.FileContent> {
        Codec(
            shape: .either([
                .text(.init(countMax: bytesMax, takesAnyScalar: true)),
                .map(
                    Shape.MapShape(
                        fields: [
                            field("text", .text(.init(countMax: bytesMax, takesAnyScalar: true))),
                            field(
                                "base64",
                                .text(.init(countMax: DocumentLimits.bytes, form: "base64"))
                            ),
                        ],
                        exactlyOne: [keys],
                        notBoth: []
                    )
                ),
            ]),
            example: example,
            read: { node, reading in
                let content: JobSpec.FileContent?
                switch node.content {
                case .scalar(let text, _): content = .text(text)
                case .map(let entries): content = read(entries, node, &reading)
                default:
                    reading.wrongKind(node, expected: "text", example: example)
                    content = nil
                }
                guard let content else { return nil }
                let count = content.byteCount
                guard count <= bytesMax else {
                    reading.fault(
                        .tooLong(key: reading.key, count: count, limit: bytesMax, unit: "bytes"),
                        at: node.span
                    )
                    return nil
                }
                return content
            },
            write: { content in
                switch content {
                case .text(let text): .text(text)
                case .bytes(let bytes): .map([("base64", .text(Base64.encode(bytes)))])
                }
            }
        )
    }

    /// What a key beside `text` and `base64` was probably meant to be.
    static func advice(on key: String) -> SpecError.KeyAdvice? {
        switch key.lowercased() {
        case "content", "contents", "data", "source", "body", "value", "code": .key("text")
        case "b64", "bytes", "binary", "base_64", "base-64": .key("base64")
        default: NearestWord.suggestion(for: key, among: keys).map { .key($0) }
        }
    }

    private static func field(_ key: String, _ shape: Shape) -> Shape.FieldShape {
        Shape.FieldShape(
            key: key,
            shape: shape,
            isRequired: false,
            summary: key == "text" ? "The content as text." : "The content's bytes in base64.",
            fallback: nil,
            fallbackText: nil,
            examples: []
        )
    }

    private static func read(
        _ entries: [Node.Entry],
        _ node: Node,
        _ reading: inout Reading
    ) -> JobSpec.FileContent? {
        var content: JobSpec.FileContent?
        var first: String?
        for entry in entries where !entry.key.hasPrefix("x-") {
            guard keys.contains(entry.key) else {
                reading.unknownKey(entry, keys: keys)
                first = first ?? entry.key
                continue
            }
            if let first, keys.contains(first) {
                reading.fault(
                    .bothKeys(first, entry.key, in: reading.key, cure: "keep one of them"),
                    at: entry.keySpan
                )
            }
            first = entry.key
            content = reading.inside(.key(entry.key)) { reading in
                reading.value(entry.value, entry.key == "text" ? text : bytes, place: entry.keySpan)
            }
        }
        if first == nil {
            reading.fault(
                .neitherKey("text", "base64", in: reading.key, cure: "write the text itself"),
                at: node.span
            )
        }
        return content
    }

    private static let text = Codec<JobSpec.FileContent>(
        shape: .text(.init(countMax: DocumentLimits.bytes)),
        example: "\"\"",
        read: { node, reading in
            reading.scalar(node, expected: "text", example: "\"\"")
                .map { .text($0.text) }
        },
        write: { _ in nil }
    )

    private static let bytes = Codec<JobSpec.FileContent>(
        shape: .text(.init(countMax: DocumentLimits.bytes)),
        example: "aGVsbG8K",
        read: { node, reading in
            guard
                let (text, _) = reading.scalar(
                    node,
                    expected: "text",
                    example: "aGVsbG8K"
                )
            else { return nil }
            guard let bytes = Base64.decode(text) else {
                reading.fault(.notBase64(key: reading.key), at: node.span)
                return nil
            }
            return .bytes(bytes)
        },
        write: { _ in nil }
    )
}

extension JobSpec.FileContent {
    var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
