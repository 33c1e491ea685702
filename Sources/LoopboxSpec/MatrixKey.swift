// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A key of a spec that a matrix can vary. Which there are, and what each may hold, is what the table
/// says of the key itself.
struct MatrixKey: Sendable {
    /// The path of the key, `limits.time`.
    let name: String
    /// Of one value.
    private let valueShape: Shape
    private let example: String
    /// One value, whose node is given and the place of its key, as a document has it; nil after a
    /// fault.
    private let read: @Sendable (Node, Range<Int>, inout Reading) -> Written?
    /// Puts a value into a spec.
    let put: @Sendable (Node, inout JobSpec, inout Reading) -> Void

    /// The key as one of a matrix: a list of its values.
    var shape: Shape.FieldShape {
        Shape.FieldShape(
            key: name,
            shape: Self.listShape(valueShape),
            isRequired: false,
            summary: "Values for `\(name)`.",
            fallback: nil,
            fallbackText: "what `\(name)` has",
            examples: []
        )
    }

    /// What stands before the name of an environment variable.
    static let variablePrefix = "program.env."
    static let variableValue = SpecSchema.variable.shape
    static let variableShape = Shape.KeyShape(
        noun: "variables",
        pattern: "^program\\.env\\.[A-Za-z_][A-Za-z0-9_]*$",
        form: "`program.env.NAME`"
    )

    static func listShape(_ shape: Shape) -> Shape {
        .list(shape, count: 1...Matrix.cellsMax, isUnique: true)
    }

    /// Every key but the environment's, in the order of the spec.
    static let all: [MatrixKey] =
        [
            MatrixKey("program.runtime", SpecSchema.runtime, \.program.runtime),
            MatrixKey("program.args", SpecSchema.args, \.program.args),
        ] + keys("debug", SpecSchema.debugFields, \.debug)
        + keys("limits", SpecSchema.limitsFields, \.limits)

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The key called `name`; nil: a matrix can't vary it.
    static func named(_ name: String) -> MatrixKey? {
        if let key = byName[name] { return key }
        guard name.hasPrefix(variablePrefix) else { return nil }
        let variable = String(name.dropFirst(variablePrefix.count))
        guard EnvironmentName.error(in: variable) == nil else { return nil }
        return MatrixKey(name, SpecSchema.variable) { value, spec in
            spec.program.env[variable] = value
        }
    }

    /// The same, with a word on one that there is not.
    static func named(
        _ name: String,
        reading: inout Reading,
        at entry: Node.Entry
    ) -> MatrixKey? {
        if name.hasPrefix(variablePrefix) {
            let variable = String(name.dropFirst(variablePrefix.count))
            if let error = EnvironmentName.error(in: variable) {
                reading.fault(error, at: entry.keySpan, in: .key(name))
                return nil
            }
        }
        if let key = named(name) { return key }
        reading.fault(
            .unknownKey(
                name,
                in: reading.path.description,
                keys: all.map(\.name) + ["program.env.NAME", "exclude"],
                advice: advice(on: name, at: reading.path)
            ),
            at: entry.keySpan,
            in: .key(name)
        )
        return nil
    }

    /// What was probably meant by `name`, which is no key of a matrix.
    private static func advice(on name: String, at path: SpecPath) -> SpecError.KeyAdvice? {
        if ["program", "debug", "limits"].contains(name) {
            return .note(
                detail: "\"\(name)\" is not a key of a matrix: it has paths, not maps",
                hint: "write program.runtime: [python3.11, python3.13]"
            )
        }
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 2 else {
            return KeyAdvisor.advice(on: name, at: path, keys: all.map(\.name))
        }
        // As if it stood in its own map.
        let keys = all.map(\.name).filter { $0.hasPrefix("\(parts[0]).") }
        let last = keys.map { String($0.dropFirst(parts[0].count + 1)) }
        let advice = KeyAdvisor.advice(on: parts[1], at: SpecPath([.key(parts[0])]), keys: last)
        guard case .key(let key)? = advice else { return nil }
        return .key(last.contains(key) ? "\(parts[0]).\(key)" : key)
    }

    /// All values that `entry` lists.
    func values(_ entry: Node.Entry, _ reading: inout Reading) -> [SpecValue] {
        let codec = Codec<[SpecValue]>.list(
            of: Codec<SpecValue>(
                shape: valueShape,
                example: example,
                read: { node, reading in self.value(node, node.span, &reading) },
                write: { Written($0) }
            ),
            count: 1...Matrix.cellsMax,
            noun: "values",
            cureForNone: "write the values with which the program shall be run",
            isUnique: true
        )
        return reading.value(entry.value, codec, place: entry.keySpan) ?? []
    }

    /// The value of `node`; nil after a fault.
    func value(_ node: Node, _ place: Range<Int>, _ reading: inout Reading) -> SpecValue? {
        read(node, place, &reading).flatMap(SpecValue.init)
    }

    // MARK: Making them

    private init<Value>(
        _ name: String,
        _ codec: Codec<Value>,
        _ property: any WritableKeyPath<JobSpec, Value> & Sendable
    ) {
        self.init(name, codec) { value, spec in spec[keyPath: property] = value }
    }

    private init<Value>(
        _ name: String,
        _ codec: Codec<Value>,
        _ put: @escaping @Sendable (Value, inout JobSpec) -> Void
    ) {
        self.name = name
        valueShape = codec.shape
        example = codec.example
        read = { node, place, reading in
            reading.value(node, codec, place: place).flatMap(codec.write)
        }
        self.put = { node, spec, reading in
            if let value = reading.value(node, codec, place: node.span) { put(value, &spec) }
        }
    }

    private init<Owner>(
        _ map: String,
        _ field: Field<Owner>,
        _ owner: any WritableKeyPath<JobSpec, Owner> & Sendable
    ) {
        name = "\(map).\(field.shape.key)"
        valueShape = field.shape.shape
        example = field.example
        read = field.canonical
        put = { node, spec, reading in
            field.put(node, node.span, &spec[keyPath: owner], &reading)
        }
    }

    /// The keys of a map of the spec.
    private static func keys<Owner>(
        _ map: String,
        _ fields: [Field<Owner>],
        _ owner: any WritableKeyPath<JobSpec, Owner> & Sendable
    ) -> [MatrixKey] {
        fields.map { MatrixKey(map, $0, owner) }
    }
}
