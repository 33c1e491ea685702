// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// The schema as JSON Schema, draft 7, which is what editors of YAML know.
    ///
    /// It takes every document that decodes, but for what JSON Schema can't say it also takes some
    /// that don't: sums of sizes, paths that clash, what a server has installed.
    public static var jsonSchema: String {
        var members: [(key: String, value: Written)] = [
            ("$schema", .text("http://json-schema.org/draft-07/schema#")),
            ("title", .text("Loopbox job spec")),
            ("description", .text("A program and how to run it, version 1.")),
        ]
        members += schema(of: job.shape)
        members.append(
            (
                "defaultSnippets",
                .list([
                    .map([
                        ("label", .text("job")),
                        ("description", .text("The smallest job: a program of one file.")),
                        (
                            "body",
                            .map([
                                (
                                    "program",
                                    .map([
                                        (
                                            "source",
                                            .text("import asyncio\n\n${1:asyncio.run(main())}\n")
                                        )
                                    ])
                                )
                            ])
                        ),
                    ])
                ])
            )
        )
        // Of texts, numbers, lists and maps alone, all of which JSON has words for.
        guard let bytes = try? JSONText(isPretty: true).encode(Written.map(members)) else {
            return ""
        }
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }

    private typealias Members = [(key: String, value: Written)]

    private static func schema(of shape: Shape) -> Members {
        switch shape {
        case .boolean: return [("type", .text("boolean"))]
        case .integer(let range):
            return [
                ("type", .text("integer")), ("minimum", .literal("\(range.lowerBound)")),
                ("maximum", .literal("\(range.upperBound)")),
            ]
        case .words(let words): return [("enum", .list(words.map { .text($0) }))]
        case .duration:
            return [("type", .text("string")), ("pattern", .text(DurationText.pattern))]
        case .size: return [("type", .text("string")), ("pattern", .text(SizeText.pattern))]
        case .text(let text): return schema(of: text)
        case .list(let item, let count, let isUnique):
            var members: Members = [("type", .text("array")), ("items", .map(schema(of: item)))]
            if count.lowerBound > 0 {
                members.append(("minItems", .literal("\(count.lowerBound)")))
            }
            members.append(("maxItems", .literal("\(count.upperBound)")))
            if isUnique { members.append(("uniqueItems", .literal("true"))) }
            return members
        case .dictionary(let keys, let value, let count):
            var members: Members = [
                ("type", .text("object")),
                ("propertyNames", .map([("pattern", .text(keys.pattern))])),
                ("additionalProperties", .map(schema(of: value))),
            ]
            if count.lowerBound > 0 {
                members.append(("minProperties", .literal("\(count.lowerBound)")))
            }
            members.append(("maxProperties", .literal("\(count.upperBound)")))
            return members
        case .map(let map): return schema(of: map)
        case .either(let shapes): return [("anyOf", .list(shapes.map { .map(schema(of: $0)) }))]
        }
    }

    private static func schema(of text: Shape.TextShape) -> Members {
        var members: Members = []
        members.append(
            (
                "type",
                text.takesAnyScalar
                    ? .list([.text("string"), .text("number"), .text("boolean")]) : .text("string")
            )
        )
        if text.countMin > 0 { members.append(("minLength", .literal("\(text.countMin)"))) }
        members.append(("maxLength", .literal("\(text.countMax)")))
        if let pattern = text.pattern { members.append(("pattern", .text(pattern))) }
        return members
    }

    private static func schema(of map: Shape.MapShape) -> Members {
        var members: Members = [
            ("type", .text("object")), ("additionalProperties", .literal("false")),
            (
                "patternProperties",
                .map(
                    [("^x-", .map([]))]
                        + map.patterns.map { ($0.keys.pattern, .map(schema(of: $0.value))) }
                )
            ),
            ("properties", .map(map.fields.map { ($0.key, .map(schema(of: $0))) })),
        ]
        let required = map.fields.filter(\.isRequired).map { Written.text($0.key) }
        if !required.isEmpty { members.append(("required", .list(required))) }
        for keys in map.exactlyOne {
            members.append(("oneOf", .list(keys.map { .map([("required", .list([.text($0)]))]) })))
        }
        for keys in map.notBoth {
            members.append(("not", .map([("required", .list(keys.map { .text($0) }))])))
        }
        return members
    }

    private static func schema(of field: Shape.FieldShape) -> Members {
        var description = field.summary
        let bounds = boundsText(of: field.shape)
        if !bounds.isEmpty { description += " Bounds: \(bounds)." }
        if let text = field.fallbackText { description += " Default: \(text)." }
        var members: Members = [("description", .text(description.filter { $0 != "`" }))]
        members += schema(of: field.shape)
        if let fallback = field.fallback { members.append(("default", fallback)) }
        if !field.examples.isEmpty { members.append(("examples", .list(field.examples))) }
        return members
    }
}
