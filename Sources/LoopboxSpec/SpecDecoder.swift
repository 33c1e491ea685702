// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Makes job specs of documents.
///
/// How this works: the bytes are looked at (size, UTF-8, control characters), then read by
/// ``YAMLReader`` or ``JSONReader`` into one kind of tree, in which every key and value knows its
/// place; limits hold while it is read. The tree is decoded by the table of ``SpecSchema``, each
/// scalar by the type that the schema has there, never by what YAML would take it for. All mistakes
/// are collected and told together.
public enum SpecDecoder {
    /// The spec that a document holds, with every default filled in.
    ///
    /// It takes time and memory in proportion to the document's size, whatever is in it.
    ///
    /// - Parameters:
    ///   - document: the document, at most ``DocumentLimits/bytes``; a byte order mark is skipped.
    ///   - contentType: what the sender said that it is.
    ///   - context: what differs from server to server.
    /// - Throws: all that is wrong with the document.
    public static func decode(
        _ document: [UInt8],
        contentType: SpecContentType = .sniffed,
        context: SpecContext
    ) throws(SpecFailure) -> JobSpec {
        let source = SourceText(document)
        let read = read(source, contentType: contentType)
        var reading = Reading(context: context)
        var spec: JobSpec?
        if let root = read.root {
            if case .map = root.content {
                spec = SpecSchema.job.read(root, &reading)
            } else {
                reading.fault(.notAMap(found: root.kind), at: root.span)
            }
        }
        let faults = read.faults + reading.faults
        if faults.isEmpty, let spec { return spec }

        // What is no spec at all is told as what it is, and not as the mistakes that it has as one.
        let isReadable = read.root.map { $0.kind == .map } ?? false
        if !isReadable || contentType == .form,
            let mistaken = mistaken(source, contentType: contentType, faults: faults)
        {
            throw SpecFailure(
                [mistaken],
                dropped: 0,
                in: source,
                hidden: HiddenText(in: source, root: nil)
            )
        }
        throw SpecFailure(
            faults,
            dropped: reading.faultsDropped,
            in: source,
            hidden: HiddenText(in: source, root: read.root)
        )
    }

    /// The document's tree and what reading it cost, for tests of the limits.
    package static func read(
        _ source: SourceText,
        contentType: SpecContentType
    ) -> ReadDocument {
        let first = source.firstVisible().map { source.bytes[$0] }
        let isJSON = contentType == .json || contentType != .yaml && first == UInt8(ascii: "{")
        if let fault = InputCheck.fault(in: source, asJSON: isJSON) {
            return ReadDocument(root: nil, faults: [fault], nodeCount: 0, eventCount: 0)
        }
        guard isJSON else { return YAMLReader.read(source) }
        let json = JSONReader.read(source)
        // A flow map of YAML begins like JSON, and is often nearly that.
        guard contentType != .json, json.isMalformed,
            InputCheck.fault(in: source, asJSON: false) == nil
        else { return json }
        let yaml = YAMLReader.read(source)
        return yaml.isMalformed && looksLikeJSON(source) ? json : yaml
    }

    /// Whether the first key has double quotes.
    private static func looksLikeJSON(_ source: SourceText) -> Bool {
        guard let brace = source.firstVisible(), let next = source.firstVisible(from: brace + 1)
        else { return true }
        return source.bytes[next] == UInt8(ascii: "\"")
    }

    private static func mistaken(
        _ source: SourceText,
        contentType: SpecContentType,
        faults: [Fault]
    ) -> Fault? {
        let isText = faults.allSatisfy { fault in
            switch fault.error {
            case .tooLarge, .encoding, .invalidUTF8, .controlCharacter: false
            default: true
            }
        }
        guard isText else { return nil }
        let error = MistakenBody.error(in: source.bytes, contentType: contentType)
        return error.map { Fault($0, at: 0..<0) }
    }
}
