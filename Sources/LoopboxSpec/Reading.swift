// SPDX-License-Identifier: Apache-2.0

/// The state of decoding one document's tree by the schema: where it is, and what was wrong so far.
package struct Reading {
    package let context: SpecContext
    package private(set) var path = SpecPath()
    package private(set) var faults: [Fault] = []
    /// Mistakes that were met after ``DocumentLimits/faultsKept`` of them.
    package private(set) var faultsDropped = 0

    package init(context: SpecContext) { self.context = context }

    /// The path of the value at hand, as texts name it; `the spec` for the root.
    package var key: String { path.steps.isEmpty ? "the spec" : path.description }

    /// Whether a further mistake would be kept; what is dropped needs no word that was meant.
    package var keepsFaults: Bool { faults.count < DocumentLimits.faultsKept }

    /// Takes note of a mistake in the value at hand, or in its part `step`.
    package mutating func fault(
        _ error: SpecError,
        at span: Range<Int>,
        in step: SpecPath.Step? = nil
    ) {
        guard keepsFaults else {
            faultsDropped += 1
            return
        }
        faults.append(Fault(error, at: span, path: step.map { path.appending($0) } ?? path))
    }

    /// Takes note of a mistake in the value to which `path` leads from the map whose keys are `seen`;
    /// where there is none, in what leads there.
    package mutating func fault(_ error: SpecError, at path: [SpecPath.Step], of seen: KeysSeen) {
        guard keepsFaults else {
            faultsDropped += 1
            return
        }
        let span = seen.node(at: path)?.span ?? seen.place
        faults.append(Fault(error, at: span, path: SpecPath(self.path.steps + path)))
    }

    /// Takes note of a value that is no `expected` at all.
    package mutating func wrongKind(_ node: Node, expected: String, example: String) {
        fault(
            .wrongKind(key: key, expected: expected, found: node.kind, example: line(example)),
            at: node.span
        )
    }

    /// `example` as a line of a document, for the value at hand: `time: 20s`.
    private func line(_ example: String) -> String {
        switch path.steps.last {
        case .key(let key)?: "\(SpecYAML.flow(.text(key))): \(example)"
        case .item?, nil: example
        }
    }

    /// Takes note of a key that the map at hand, whose keys are `keys`, has not.
    ///
    /// - Returns: the key of the map that was probably meant, or that leads to what was meant.
    @discardableResult
    package mutating func unknownKey(_ entry: Node.Entry, keys: [String]) -> String? {
        let advice =
            keepsFaults ? KeyAdvisor.advice(on: entry.key, at: path, keys: keys) : nil
        fault(
            .unknownKey(entry.key, in: path.description, keys: keys, advice: advice),
            at: entry.keySpan,
            in: .key(entry.key)
        )
        guard case .key(let meant) = advice else { return nil }
        return meant.split(separator: ".").first.map(String.init)
    }

    /// Runs `body` one step down.
    package mutating func inside<Value>(
        _ step: SpecPath.Step,
        _ body: (inout Reading) -> Value
    ) -> Value {
        path.steps.append(step)
        defer { path.steps.removeLast() }
        return body(&self)
    }

    /// The value of `node` by `codec`, nil after a fault.
    ///
    /// - Parameter place: where it is told that there is no value: the key, as nothing can't be
    ///   underlined.
    package mutating func value<Value>(
        _ node: Node,
        _ codec: Codec<Value>,
        place: Range<Int>
    ) -> Value? {
        if case .refused = node.content { return nil }
        if node.isNull {
            fault(.noValue(key: key, example: line(codec.example)), at: place)
            return nil
        }
        return codec.read(node, &self)
    }

    /// The text of a scalar; nil after a fault.
    package mutating func scalar(
        _ node: Node,
        expected: String,
        example: String
    ) -> (text: String, isPlain: Bool)? {
        guard case .scalar(let text, let isPlain) = node.content else {
            wrongKind(node, expected: expected, example: example)
            return nil
        }
        return (text, isPlain)
    }
}
