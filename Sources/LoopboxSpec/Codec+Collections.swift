// SPDX-License-Identifier: Apache-2.0

extension Codec {
    /// A list of values of one type.
    static func list<Item>(
        of item: Codec<Item>,
        count range: ClosedRange<Int>,
        noun: String = "items",
        cureForNone: String = "",
        isUnique: Bool = false
    ) -> Codec where Value == [Item], Item: Hashable {
        let example = "[\(item.example)]"
        return Codec(
            shape: .list(item.shape, count: range, isUnique: isUnique),
            example: example,
            read: { node, reading in
                guard case .list(let nodes) = node.content else {
                    reading.wrongKind(node, expected: "a list", example: example)
                    return nil
                }
                if nodes.count < range.lowerBound {
                    reading.fault(.nothingIn(key: reading.key, cure: cureForNone), at: node.span)
                }
                if nodes.count > range.upperBound {
                    reading.fault(
                        .tooMany(
                            key: reading.key,
                            count: nodes.count,
                            limit: range.upperBound,
                            noun: noun
                        ),
                        at: nodes[range.upperBound].span
                    )
                }
                var items: [Item] = []
                for (place, node) in nodes.prefix(range.upperBound).enumerated() {
                    let value = reading.inside(.item(place)) { reading in
                        reading.value(node, item, place: node.span)
                    }
                    guard let value else { continue }
                    if isUnique, items.contains(value), case .scalar(let text, _) = node.content {
                        reading.fault(
                            .listedTwice(key: reading.key, found: text),
                            at: node.span,
                            in: .item(place)
                        )
                    }
                    items.append(value)
                }
                return items
            },
            write: { .list($0.compactMap(item.write)) }
        )
    }

    /// A map whose keys are the user's.
    ///
    /// - Parameter checkKey: what is wrong with a key; nil for a good one.
    static func dictionary<Item>(
        keys: Shape.KeyShape,
        of item: Codec<Item>,
        countMax: Int,
        example: String,
        cureForNone: String? = nil,
        checkKey: @escaping @Sendable (String) -> SpecError?
    ) -> Codec where Value == [String: Item] {
        Codec(
            shape: .dictionary(
                keys: keys,
                item.shape,
                count: (cureForNone == nil ? 0 : 1)...countMax
            ),
            example: example,
            read: { node, reading in
                guard case .map(let entries) = node.content else {
                    reading.wrongKind(node, expected: "a map", example: example)
                    return nil
                }
                if entries.isEmpty, let cureForNone {
                    reading.fault(.nothingIn(key: reading.key, cure: cureForNone), at: node.span)
                }
                if entries.count > countMax {
                    reading.fault(
                        .tooMany(
                            key: reading.key,
                            count: entries.count,
                            limit: countMax,
                            noun: keys.noun
                        ),
                        at: entries[countMax].keySpan
                    )
                }
                var values: [String: Item] = [:]
                for entry in entries.prefix(countMax) {
                    reading.inside(.key(entry.key)) { reading in
                        if let error = checkKey(entry.key) {
                            reading.fault(error, at: entry.keySpan)
                        } else if let value = reading.value(
                            entry.value,
                            item,
                            place: entry.keySpan
                        ) {
                            values[entry.key] = value
                        }
                    }
                }
                return values
            },
            write: { values in
                .map(
                    values.sorted { $0.key < $1.key }.compactMap { key, value in
                        item.write(value).map { (key, $0) }
                    }
                )
            }
        )
    }

    /// The codec of another type, taken through `read` and `write`.
    static func wrapping<Inner>(
        _ inner: Codec<Inner>,
        read: @escaping @Sendable (Inner) -> Value,
        write: @escaping @Sendable (Value) -> Inner?
    ) -> Codec {
        Codec(
            shape: inner.shape,
            example: inner.example,
            read: { node, reading in inner.read(node, &reading).map(read) },
            write: { value in write(value).flatMap(inner.write) }
        )
    }
}
