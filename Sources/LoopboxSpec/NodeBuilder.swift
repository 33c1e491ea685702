// SPDX-License-Identifier: Apache-2.0

/// Puts the parts of a document together as they come in, and refuses it as soon as it is too large.
///
/// Both readers build with it, so that limits, duplicate keys and paths are the same in YAML and
/// JSON. What it throws ends the reading; what it only keeps (``faults``) is told with all else.
package struct NodeBuilder {
    /// An open list or map. Changed in place: a copy for each member would cost the square of
    /// their number.
    private struct Frame {
        let isMap: Bool
        let span: Range<Int>
        var items: [Node] = []
        var entries: [Node.Entry] = []
        /// Where each key of a map was first seen.
        var firstPlaces: [String: Int] = [:]
        var pending: PendingKey?
    }

    /// A key that waits for its value. A dropped one was refused, and its value is not kept.
    private struct PendingKey {
        let key: String
        let span: Range<Int>
        let isDropped: Bool
    }

    /// Keys, values, lists and maps so far.
    package private(set) var nodeCount = 0
    /// Mistakes that did not end the reading.
    package private(set) var faults: [Fault] = []
    /// The document's value, when it is complete.
    package private(set) var root: Node?

    private let source: SourceText
    private var frames: [Frame] = []

    package init(source: SourceText) { self.source = source }

    /// Whether what comes next is a map's key.
    package var expectsKey: Bool {
        guard let frame = frames.last else { return false }
        return frame.isMap && frame.pending == nil
    }

    /// The path of what comes next; of the map itself where that is a key.
    package var path: SpecPath {
        SpecPath(
            frames.compactMap { frame in
                frame.isMap ? frame.pending.map { .key($0.key) } : .item(frame.items.count)
            }
        )
    }

    package mutating func scalar(_ text: String, isPlain: Bool, span: Range<Int>) throws(Fault) {
        try count(at: span)
        if expectsKey {
            try key(text, isPlain: isPlain, span: span)
        } else {
            attach(Node(content: .scalar(text, isPlain: isPlain), span: span))
        }
    }

    package mutating func openList(span: Range<Int>) throws(Fault) {
        try open(Frame(isMap: false, span: span))
    }

    package mutating func openMap(span: Range<Int>) throws(Fault) {
        try open(Frame(isMap: true, span: span))
    }

    /// Ends the innermost list or map.
    package mutating func close() {
        let frame = frames.removeLast()
        attach(
            Node(content: frame.isMap ? .map(frame.entries) : .list(frame.items), span: frame.span)
        )
    }

    /// Takes note of `error` and puts nothing in the place of the value.
    package mutating func refuse(_ error: SpecError, span: Range<Int>) throws(Fault) {
        guard !expectsKey else { throw Fault(error, at: span, path: path) }
        try note(error, at: span, path: path)
        try count(at: span)
        attach(Node(content: .refused, span: span))
    }

    /// Takes note of `error`.
    package mutating func note(
        _ error: SpecError,
        at span: Range<Int>,
        path: SpecPath
    ) throws(Fault) {
        let fault = Fault(error, at: span, path: path)
        guard faults.count + 1 < DocumentLimits.faultsKept else { throw fault }
        faults.append(fault)
    }

    private mutating func key(_ text: String, isPlain: Bool, span: Range<Int>) throws(Fault) {
        if isPlain, text.isEmpty {
            throw Fault(.keyNotText(found: .nothing), at: span, path: path)
        }
        var isDropped = false
        let innermost = frames.count - 1
        if isPlain, text == "<<" {
            isDropped = true
            try note(.yamlFeature(.mergeKey, text: text), at: span, path: path)
        } else if let first = frames[innermost].firstPlaces[text] {
            isDropped = true
            try note(
                .duplicateKey(text, first: source.position(of: first)),
                at: span,
                path: path.appending(.key(text))
            )
        } else {
            frames[innermost].firstPlaces[text] = span.lowerBound
        }
        frames[innermost].pending = PendingKey(key: text, span: span, isDropped: isDropped)
    }

    private mutating func open(_ frame: Frame) throws(Fault) {
        try count(at: frame.span)
        guard !expectsKey else {
            throw Fault(
                .keyNotText(found: frame.isMap ? .map : .list),
                at: frame.span,
                path: path
            )
        }
        guard frames.count < DocumentLimits.depth else {
            throw Fault(.tooDeep, at: frame.span, path: path)
        }
        frames.append(frame)
    }

    private mutating func count(at span: Range<Int>) throws(Fault) {
        nodeCount += 1
        guard nodeCount <= DocumentLimits.nodes else {
            throw Fault(.tooManyNodes, at: span, path: path)
        }
    }

    private mutating func attach(_ node: Node) {
        guard !frames.isEmpty else {
            root = node
            return
        }
        let innermost = frames.count - 1
        if !frames[innermost].isMap {
            frames[innermost].items.append(node)
        } else if let pending = frames[innermost].pending {
            frames[innermost].pending = nil
            guard !pending.isDropped else { return }
            frames[innermost].entries.append(
                Node.Entry(key: pending.key, keySpan: pending.span, value: node)
            )
        }
    }
}
