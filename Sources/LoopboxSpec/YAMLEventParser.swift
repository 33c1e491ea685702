// SPDX-License-Identifier: Apache-2.0

import CYAML

/// libyaml's parser over a document in memory: one event at a time.
///
/// Places are libyaml's: counts of Unicode scalars from the document's start, not of bytes.
///
/// Safety: the parser and the copy of the document that it reads are owned here, are never handed
/// out, and are freed together.
@safe
struct YAMLEventParser: ~Copyable {
    /// A step through the document.
    struct Event {
        enum Kind {
            case documentStart, documentEnd, streamStart, streamEnd
            case listStart, listEnd, mapStart, mapEnd
            case alias
            case scalar(String, isPlain: Bool)
        }

        let kind: Kind
        let hasAnchor: Bool
        let hasTag: Bool
        let place: Range<Int>
    }

    /// Why libyaml reads no further, in its words.
    struct Problem: Error {
        let text: String
        let place: Int
        /// What it was at, and where that began.
        let context: String
        let contextPlace: Int
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let document: UnsafeMutableBufferPointer<UInt8>

    /// A parser at the start of `bytes`, which must be valid UTF-8 without NUL.
    init(_ bytes: [UInt8]) {
        // Safety: initialised from the whole array, whose count it is allocated with.
        unsafe document = .allocate(capacity: bytes.count)
        _ = unsafe document.initialize(from: bytes)
        // Safety: `document` is freed after the parser, in deinit.
        guard let parser = unsafe cyaml_parser_new(document.baseAddress, bytes.count) else {
            fatalError("no memory for a YAML parser")
        }
        unsafe self.parser = unsafe parser
    }

    deinit {
        // Safety: nothing outside holds a pointer to either.
        unsafe cyaml_parser_free(parser)
        unsafe document.deallocate()
    }

    /// The next event.
    mutating func next() throws(Problem) -> Event {
        var raw = unsafe yaml_event_t()
        // Safety: the event is filled in by the call, read before it is deleted, and kept by nobody.
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw problem() }
        defer { unsafe yaml_event_delete(&raw) }
        return unsafe Event(
            kind: Self.kind(&raw),
            hasAnchor: cyaml_event_anchor(&raw) != nil,
            hasTag: cyaml_event_tag(&raw) != nil,
            place: raw.start_mark.index..<max(raw.start_mark.index, raw.end_mark.index)
        )
    }

    private static func kind(_ raw: UnsafePointer<yaml_event_t>) -> Event.Kind {
        // Safety: `raw` is a complete event for the length of the call.
        switch unsafe raw.pointee.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_START_EVENT: return .listStart
        case YAML_SEQUENCE_END_EVENT: return .listEnd
        case YAML_MAPPING_START_EVENT: return .mapStart
        case YAML_MAPPING_END_EVENT: return .mapEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_SCALAR_EVENT:
            var count = 0
            // Safety: libyaml gives `count` bytes that live as long as the event; they are copied.
            let start = unsafe cyaml_scalar_text(raw, &count)
            let text = unsafe String(
                decoding: UnsafeBufferPointer(start: start, count: count),
                as: UTF8.self
            )
            return .scalar(text, isPlain: unsafe cyaml_scalar_is_plain(raw) != 0)
        default: fatalError("libyaml gave an event of no known type")
        }
    }

    private func problem() -> Problem {
        // Safety: after a failed call the parser's texts are constants of libyaml, or NULL.
        let text = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
        return unsafe Problem(
            text: text ?? "no memory",
            place: parser.pointee.problem_mark.index,
            context: context ?? "",
            contextPlace: parser.pointee.context_mark.index
        )
    }
}
