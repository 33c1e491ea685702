// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// The schema as a page in Markdown: every key with its type, default, bounds and meaning.
    public static var referencePage: String {
        var page = """
            # Job spec: every key

            A job spec is a map in YAML or JSON. Only `program` is required. A key that is not in \
            these tables is a mistake, except for keys that start with `x-`: they are your notes.

            - A duration is numbers with units (\(DurationText.unitNames)): `250ms`, `10s`, `1m30s`.
            - A size is a whole number with a unit (\(SizeText.unitNames)): `512KiB`, `1MB`.
            - Text is taken as it is written: `no` and `3.10` need no quotes. Only `true` and \
            `false` are booleans.
            - Anchors, aliases, tags, merge keys and directives of YAML are not taken.
            - A document has at most \(ByteCount(bytes: DocumentLimits.bytes)) in UTF-8, \
            \(DocumentLimits.nodes) values, and \(DocumentLimits.depth) levels.


            """
        guard case .map(let map) = job.shape else { return page }
        appendTable(of: map, title: "The spec", prefix: "", to: &page)
        return page
    }

    private static func appendTable(
        of map: Shape.MapShape,
        title: String,
        prefix: String,
        to page: inout String
    ) {
        page +=
            "## \(title)\n\n| key | type | default | bounds | meaning |\n|---|---|---|---|---|\n"
        for field in map.fields {
            let cells = [
                "`\(prefix)\(field.key)`", typeText(of: field.shape), fallbackText(of: field),
                boundsText(of: field.shape), meaning(of: field),
            ]
            page += "| \(cells.map(cell).joined(separator: " | ")) |\n"
        }
        for pattern in map.patterns {
            let cells = [
                pattern.keys.form.replacing("`program", with: "`\(prefix)program"),
                typeText(of: pattern.value), "", boundsText(of: pattern.value),
                "Likewise, for each of the \(pattern.keys.noun).",
            ]
            page += "| \(cells.map(cell).joined(separator: " | ")) |\n"
        }
        for keys in map.exactlyOne {
            page += "\nExactly one of \(keys.map { "`\($0)`" }.joined(separator: " and ")).\n"
        }
        for keys in map.notBoth {
            page += "\nNot both of \(keys.map { "`\($0)`" }.joined(separator: " and ")).\n"
        }
        page += "\n"
        for field in map.fields {
            switch field.shape {
            case .map(let inner): appendTable(of: inner, of: field.key, below: prefix, to: &page)
            case .either(let shapes):
                for case .map(let inner) in shapes {
                    appendTable(of: inner, of: field.key, below: prefix, to: &page)
                }
            case .list(.map(let inner), _, _):
                appendTable(
                    of: inner,
                    title: "Each of `\(prefix)\(field.key)`",
                    prefix: "\(prefix)\(field.key)[].",
                    to: &page
                )
            default: break
            }
        }
    }

    private static func appendTable(
        of map: Shape.MapShape,
        of key: String,
        below prefix: String,
        to page: inout String
    ) {
        appendTable(of: map, title: "`\(prefix)\(key)`", prefix: "\(prefix)\(key).", to: &page)
    }

    /// A bar would end the cell.
    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    private static func meaning(of field: Shape.FieldShape) -> String {
        guard let example = field.examples.first, !isMap(field.shape) else { return field.summary }
        return "\(field.summary) Example: `\(SpecYAML.flow(example))`"
    }

    private static func isMap(_ shape: Shape) -> Bool {
        if case .map = shape { true } else { false }
    }

    private static func fallbackText(of field: Shape.FieldShape) -> String {
        if field.isRequired { return "required" }
        if let text = field.fallbackText { return text }
        guard let fallback = field.fallback, !isMap(field.shape) else { return "" }
        return "`\(SpecYAML.flow(fallback))`"
    }

    private static func typeText(of shape: Shape) -> String {
        switch shape {
        case .boolean: "true or false"
        case .integer: "whole number"
        case .text: "text"
        case .words(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .duration: "duration"
        case .size: "size"
        case .list(let item, _, _): isMap(item) ? "list of maps" : "list of: \(typeText(of: item))"
        case .dictionary(_, let value, _): "map of names to \(typeText(of: value))"
        case .map: "map"
        case .either(let shapes): shapes.map(typeText).joined(separator: " or ")
        }
    }

    /// What holds besides the type, for people; empty where nothing does.
    static func boundsText(of shape: Shape) -> String {
        switch shape {
        case .boolean, .words, .map: return ""
        case .integer(let range):
            return range.count == 1
                ? "only \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        case .duration(let range, let isServerMaximum):
            return DurationText.text(of: range.lowerBound) + " to "
                + DurationText.text(of: range.upperBound) + serverMaximum(isServerMaximum)
        case .size(let range, let isServerMaximum):
            return "\(range.lowerBound) to \(range.upperBound)" + serverMaximum(isServerMaximum)
        case .text(let text):
            let size =
                text.unit == "bytes" && text.countMax >= 1 << 10
                ? "\(ByteCount(bytes: text.countMax))" : "\(text.countMax) \(text.unit)"
            return (text.form.map { "\($0); " } ?? "") + "at most \(size)"
        case .list(let item, let count, let isUnique):
            let inner = boundsText(of: item)
            return "\(count.lowerBound) to \(count.upperBound) items"
                + (isUnique ? ", each once" : "") + (inner.isEmpty ? "" : "; each: \(inner)")
        case .dictionary(let keys, let value, let count):
            return "at most \(count.upperBound) \(keys.noun); names: \(keys.form); "
                + "each: \(boundsText(of: value))"
        case .either(let shapes):
            return shapes.map(boundsText).first { !$0.isEmpty } ?? ""
        }
    }

    private static func serverMaximum(_ isServerMaximum: Bool) -> String {
        isServerMaximum ? ", or what the operator has set" : ""
    }
}
