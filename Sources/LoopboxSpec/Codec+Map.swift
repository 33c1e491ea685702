// SPDX-License-Identifier: Apache-2.0

/// A key of a map of the schema, and the property that it fills in.
package struct Field<Owner: Sendable>: Sendable {
    /// What documentation, editors and texts need to know.
    let shape: Shape.FieldShape
    /// Reads the value of the key, whose place is given, into the owner.
    let read: @Sendable (Node.Entry, inout Owner, inout Reading) -> Void
    /// Puts the value of a node into the owner; the place is that of its key.
    let put: @Sendable (Node, Range<Int>, inout Owner, inout Reading) -> Void
    /// The value of a node as it is written; nil after a fault.
    let canonical: @Sendable (Node, Range<Int>, inout Reading) -> Written?
    /// The owner's value for the key; nil where the key is left out.
    let write: @Sendable (Owner) -> Written?
    /// An example, as in the hint of a mistake.
    let example: String

    /// The key `key`, whose value `codec` reads and `property` keeps.
    ///
    /// - Parameters:
    ///   - defaults: an owner whose property has the default; nil where there is no default.
    ///   - fallbackText: the default in words.
    init<Value>(
        _ key: String,
        _ codec: Codec<Value>,
        _ property: any WritableKeyPath<Owner, Value> & Sendable,
        defaults: Owner?,
        isRequired: Bool = false,
        fallbackText: String? = nil,
        examples: [Value] = [],
        summary: String
    ) {
        let written = examples.compactMap(codec.write)
        // A whole map is shown at its smallest.
        example =
            if case .map = codec.shape {
                codec.example
            } else {
                written.first.map { SpecYAML.flow($0) } ?? codec.example
            }
        shape = Shape.FieldShape(
            key: key,
            shape: codec.shape,
            isRequired: isRequired,
            summary: summary,
            fallback: defaults.flatMap { codec.write($0[keyPath: property]) },
            fallbackText: fallbackText,
            examples: written
        )
        let put = {
            @Sendable (node: Node, place: Range<Int>, owner: inout Owner, reading: inout Reading) in
            if let value = reading.value(node, codec, place: place) {
                owner[keyPath: property] = value
            }
        }
        self.put = put
        canonical = { node, place, reading in
            reading.value(node, codec, place: place).flatMap(codec.write)
        }
        read = { entry, owner, reading in
            reading.inside(.key(key)) { reading in
                put(entry.value, entry.keySpan, &owner, &reading)
            }
        }
        write = { owner in codec.write(owner[keyPath: property]) }
    }
}

/// The keys that a map had, with where they are; for rules that look at several of them.
package struct KeysSeen: Sendable {
    let entries: [String: Node.Entry]
    /// Keys that unknown ones were probably meant to be; they are not told as missing too.
    let meant: Set<String>
    /// Where it is told that something is missing: the map's first key, or its bracket.
    let place: Range<Int>

    subscript(key: String) -> Node.Entry? { entries[key] }

    /// Whether `path` leads to a value.
    func has(_ path: [SpecPath.Step]) -> Bool { node(at: path) != nil }

    /// The value to which `path` leads, with the place of its key where it is a list or a map.
    func node(at path: [SpecPath.Step]) -> Node? {
        guard case .key(let first)? = path.first, let entry = entries[first] else { return nil }
        var place = entry.keySpan
        var node = entry.value
        for step in path.dropFirst() {
            switch (step, node.content) {
            case (.key(let key), .map(let entries)):
                guard let entry = entries.first(where: { $0.key == key }) else { return nil }
                place = entry.keySpan
                node = entry.value
            case (.item(let item), .list(let items)) where items.indices.contains(item):
                node = items[item]
                place = node.span
            default: return nil
            }
        }
        if case .scalar = node.content { return node }
        return Node(content: node.content, span: place)
    }
}

extension Codec {
    /// A map with fixed keys. Keys that start with `x-` are the user's notes.
    ///
    /// - Parameters:
    ///   - start: an owner with all defaults.
    ///   - finish: the value of an owner that was filled in, after rules that look at several keys;
    ///     nil after a fault.
    ///   - undo: an owner that is written as the value.
    static func map<Owner>(
        _ fields: [Field<Owner>],
        exactlyOne: [[String]] = [],
        notBoth: [[String]] = [],
        example: String,
        start: @escaping @Sendable () -> Owner,
        finish: @escaping @Sendable (Owner, KeysSeen, inout Reading) -> Value?,
        undo: @escaping @Sendable (Value) -> Owner
    ) -> Codec {
        let keys = fields.map(\.shape.key)
        return Codec(
            shape: .map(
                Shape.MapShape(
                    fields: fields.map(\.shape),
                    exactlyOne: exactlyOne,
                    notBoth: notBoth
                )
            ),
            example: example,
            read: { node, reading in
                guard case .map(let entries) = node.content else {
                    reading.wrongKind(node, expected: "a map", example: example)
                    return nil
                }
                var owner = start()
                var seen: [String: Node.Entry] = [:]
                var meant: Set<String> = []
                for entry in entries {
                    if let field = fields.first(where: { $0.shape.key == entry.key }) {
                        seen[entry.key] = entry
                        field.read(entry, &owner, &reading)
                    } else if !entry.key.hasPrefix("x-") {
                        if let key = reading.unknownKey(entry, keys: keys) { meant.insert(key) }
                    }
                }
                let place = entries.first?.keySpan ?? node.span
                for field in fields
                where field.shape.isRequired && seen[field.shape.key] == nil
                    && !meant.contains(field.shape.key)
                {
                    reading.fault(
                        .missingKey(
                            field.shape.key,
                            in: reading.path.description,
                            example: "\(field.shape.key): \(field.example)"
                        ),
                        at: place
                    )
                }
                return finish(owner, KeysSeen(entries: seen, meant: meant, place: place), &reading)
            },
            write: { value in
                let owner = undo(value)
                return .map(
                    fields.compactMap { field in
                        field.write(owner).map { (field.shape.key, $0) }
                    }
                )
            }
        )
    }

    /// A map with fixed keys, whose values are all that there is to it.
    static func map(
        _ fields: [Field<Value>],
        example: String,
        start: @escaping @Sendable () -> Value
    ) -> Codec {
        map(fields, example: example, start: start, finish: { value, _, _ in value }, undo: { $0 })
    }
}
