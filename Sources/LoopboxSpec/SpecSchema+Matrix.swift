// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// `spec` with what one combination of its matrix sets; nil where this version does not take it.
    public static func spec(_ spec: JobSpec, with cell: [Setting]) -> JobSpec? {
        var spec = spec
        var reading = Reading(context: .unbounded)
        for setting in cell {
            guard let key = MatrixKey.named(setting.key) else { return nil }
            key.put(Node(setting.value), &spec, &reading)
        }
        return reading.faults.isEmpty ? spec : nil
    }

    /// `matrix`.
    static let matrix = Codec<Matrix>(
        shape: .map(
            Shape.MapShape(
                fields: MatrixKey.all.map(\.shape) + [excludeShape],
                patterns: [(MatrixKey.variableShape, MatrixKey.listShape(MatrixKey.variableValue))]
            )
        ),
        example: "{program.runtime: [python3.11, python3.13]}",
        read: { node, reading in
            guard case .map(let entries) = node.content else {
                reading.wrongKind(
                    node,
                    expected: "a map",
                    example: "{program.runtime: [python3.11, python3.13]}"
                )
                return nil
            }
            var matrix = Matrix()
            for entry in entries where entry.key != excludeKey && !entry.key.hasPrefix("x-") {
                guard let key = MatrixKey.named(entry.key, reading: &reading, at: entry) else {
                    continue
                }
                reading.inside(.key(entry.key)) { reading in
                    let values = key.values(entry, &reading)
                    matrix.axes.append(Matrix.Axis(key: entry.key, values: values))
                }
            }
            if entries.isEmpty {
                let cure = "write program.runtime and its values, or remove the key"
                reading.fault(.nothingIn(key: reading.key, cure: cure), at: node.span)
            }
            if let exclude = entries.first(where: { $0.key == excludeKey }) {
                matrix.exclude = reading.inside(.key(excludeKey)) { reading in
                    excluded(exclude, matrix.axes, &reading)
                }
            }
            return checked(matrix, entries.first?.keySpan ?? node.span, &reading)
        },
        write: { matrix in
            guard !matrix.axes.isEmpty else { return nil }
            var members = matrix.axes.map { ($0.key, Written.list($0.values.map(Written.init))) }
            if !matrix.exclude.isEmpty {
                let maps = matrix.exclude.map { cell in
                    Written.map(cell.map { ($0.key, Written($0.value)) })
                }
                members.append((excludeKey, .list(maps)))
            }
            return .map(members)
        }
    )

    private static let excludeKey = "exclude"
    /// Entries of `exclude`; each leaves out one combination at least.
    private static let excludeMax = Matrix.cellsMax

    private static let excludeShape = Shape.FieldShape(
        key: excludeKey,
        shape: .list(
            .dictionary(
                keys: .init(noun: "settings", pattern: "^[a-z]", form: "keys of the matrix"),
                .either([
                    .text(.init(countMax: ProgramDraft.argBytesMax, takesAnyScalar: true)),
                    .list(
                        .text(.init(countMax: ProgramDraft.argBytesMax, takesAnyScalar: true)),
                        count: 0...ProgramDraft.argsMax,
                        isUnique: false
                    ),
                ]),
                count: 1...Matrix.cellsMax
            ),
            count: 0...excludeMax,
            isUnique: false
        ),
        isRequired: false,
        summary:
            "Combinations that are left out: those that have all settings of one of these maps.",
        fallback: nil,
        fallbackText: "none",
        examples: [.list([.map([("program.runtime", .text("python3.11"))])])]
    )

    /// How many combinations there are is looked at before any is made.
    private static func checked(
        _ matrix: Matrix,
        _ place: Range<Int>,
        _ reading: inout Reading
    ) -> Matrix? {
        let count = matrix.axes.reduce(1) { count, axis in
            count.multipliedReportingOverflow(by: max(axis.values.count, 1)).partialValue
        }
        guard count <= Matrix.cellsMax else {
            reading.fault(
                .tooMany(
                    key: reading.key,
                    count: count,
                    limit: Matrix.cellsMax,
                    noun: "combinations"
                ),
                at: place
            )
            return nil
        }
        if matrix.cells.isEmpty, matrix.axes.allSatisfy({ !$0.values.isEmpty }) {
            let cure = "exclude leaves nothing to run; remove some of it"
            reading.fault(.nothingIn(key: reading.key, cure: cure), at: place)
            return nil
        }
        return matrix
    }

    private static func excluded(
        _ entry: Node.Entry,
        _ axes: [Matrix.Axis],
        _ reading: inout Reading
    ) -> [[Setting]] {
        let example =
            "[{\(axes.first?.key ?? "program.runtime"): "
            + "\(axes.first?.values.first.map { SpecYAML.flow(Written($0)) } ?? "python3.11")}]"
        guard case .list(let items) = entry.value.content else {
            reading.wrongKind(entry.value, expected: "a list of maps", example: example)
            return []
        }
        guard items.count <= excludeMax else {
            reading.fault(
                .tooMany(key: reading.key, count: items.count, limit: excludeMax, noun: "entries"),
                at: items[excludeMax].span
            )
            return []
        }
        return items.enumerated().compactMap { place, item in
            reading.inside(.item(place)) { reading in
                guard case .map(let members) = item.content, !members.isEmpty else {
                    reading.wrongKind(item, expected: "a map of settings", example: example)
                    return nil
                }
                let settings = members.compactMap { setting($0, axes, &reading) }
                // One without any would leave out everything.
                return settings.isEmpty ? nil : settings
            }
        }
    }

    /// One of the settings that a combination has; nil after a fault.
    private static func setting(
        _ member: Node.Entry,
        _ axes: [Matrix.Axis],
        _ reading: inout Reading
    ) -> Setting? {
        guard let axis = axes.first(where: { $0.key == member.key }) else {
            reading.unknownKey(member, keys: axes.map(\.key))
            return nil
        }
        return reading.inside(.key(member.key)) { reading in
            guard let key = MatrixKey.named(axis.key),
                let value = key.value(member.value, member.keySpan, &reading)
            else { return nil }
            guard axis.values.contains(value) else {
                reading.fault(
                    .notOneOf(
                        key: reading.key,
                        found: value.description,
                        words: axis.values.map(\.description),
                        suggestion: NearestWord.suggestion(
                            for: value.description,
                            among: axis.values.map(\.description)
                        )
                    ),
                    at: member.value.span
                )
                return nil
            }
            return Setting(key: axis.key, value: value)
        }
    }
}
