// SPDX-License-Identifier: Apache-2.0

/// Reads a document as YAML: libyaml's events, without what specs do without.
///
/// libyaml is a parser of YAML 1.1, so nothing of its types is used, only texts and places. Tags,
/// anchors, aliases and merge keys are refused as they are met, never expanded, so that a document
/// can't grow while it is read.
package struct YAMLReader {
    private let source: SourceText
    private let places: CharacterPlaces
    private var builder: NodeBuilder
    private var eventCount = 0

    /// Reads the whole of `source`, which must be UTF-8 that ``InputCheck`` has let pass.
    package static func read(_ source: SourceText) -> ReadDocument {
        var reader = YAMLReader(source)
        var last: Fault?
        do throws(Fault) { try reader.document() } catch { last = error }
        let builder = reader.builder
        return ReadDocument(
            root: last == nil ? builder.root : nil,
            faults: builder.faults + (last.map { [$0] } ?? []),
            nodeCount: builder.nodeCount,
            eventCount: reader.eventCount
        )
    }

    private init(_ source: SourceText) {
        self.source = source
        places = CharacterPlaces(source.bytes)
        builder = NodeBuilder(source: source)
    }

    private mutating func document() throws(Fault) {
        try refuseDirectives()
        var parser = YAMLEventParser(source.bytes)
        while true {
            eventCount += 1
            let event: YAMLEventParser.Event
            do throws(YAMLEventParser.Problem) {
                event = try parser.next()
            } catch {
                throw YAMLDiagnosis(source: source, places: places).fault(for: error)
            }
            let span = places.span(of: event.place)
            switch event.kind {
            case .streamStart, .documentStart: break
            case .streamEnd: throw Fault(.empty, at: 0..<0)
            case .documentEnd: return try end(at: span.upperBound)
            default: try take(event, span: span)
            }
        }
    }

    private mutating func take(
        _ event: YAMLEventParser.Event,
        span: Range<Int>
    ) throws(Fault) {
        if event.hasAnchor || event.hasTag { try refuseProperties(event, at: span.lowerBound) }
        switch event.kind {
        case .scalar(let text, let isPlain):
            try builder.scalar(text, isPlain: isPlain, span: span)
        case .listStart: try builder.openList(span: span)
        case .mapStart: try builder.openMap(span: span)
        case .listEnd, .mapEnd: builder.close()
        case .alias:
            try builder.refuse(.yamlFeature(.alias, text: source.text(span)), span: span)
        default: break
        }
    }

    /// Notes the anchor and the tag, in either order, at the start of a node.
    private mutating func refuseProperties(
        _ event: YAMLEventParser.Event,
        at start: Int
    ) throws(Fault) {
        var offset: Int? = start
        while let word = offset.flatMap({ word(at: $0) }) {
            let isTag = source.bytes[word.lowerBound] == UInt8(ascii: "!")
            guard isTag || source.bytes[word.lowerBound] == UInt8(ascii: "&") else { return }
            try builder.note(
                .yamlFeature(isTag ? .tag : .anchor, text: source.text(word)),
                at: word,
                path: builder.path
            )
            offset = source.firstVisible(from: word.upperBound)
        }
    }

    private func word(at start: Int) -> Range<Int>? {
        guard start < source.bytes.count else { return nil }
        let end =
            source.bytes[start...].firstIndex { byte in
                byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
                    || byte == UInt8(ascii: "}")
            } ?? source.bytes.count
        return start < end ? start..<end : nil
    }

    /// Directives stand before everything else. libyaml compares each `%TAG` with all before it,
    /// so they must not get as far as that.
    private func refuseDirectives() throws(Fault) {
        guard let start = firstContent(from: 0), source.bytes[start] == UInt8(ascii: "%"),
            start == 0 || source.bytes[start - 1] == 0x0A || source.bytes[start - 1] == 0x0D
        else { return }
        let line = source.line(holding: start)
        throw Fault(.yamlFeature(.directive, text: source.text(line)), at: line)
    }

    /// Looks at what comes after the document without the parser, which would read directives.
    private mutating func end(at offset: Int) throws(Fault) {
        if let root = builder.root, root.isNull { throw Fault(.empty, at: 0..<0) }
        var rest = offset
        while let start = firstContent(from: rest) {
            if source.bytes[start...].starts(with: "...".utf8) {
                rest = start + 3
                continue
            }
            if source.bytes[start...].starts(with: "---".utf8) {
                throw Fault(.severalDocuments, at: start..<start + 3)
            }
            throw Fault(.yaml(.textAfterEnd), at: word(at: start) ?? start..<start + 1)
        }
    }

    /// The first byte from `offset` on that is neither blank nor of a comment.
    private func firstContent(from offset: Int) -> Int? {
        var rest = offset
        while let start = source.firstVisible(from: rest) {
            guard source.bytes[start] == UInt8(ascii: "#") else { return start }
            guard
                let end = source.bytes[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D })
            else { return nil }
            rest = end
        }
        return nil
    }
}
