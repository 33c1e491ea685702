// SPDX-License-Identifier: Apache-2.0

/// Reads a document as JSON, strictly. Source: RFC 8259.
///
/// libyaml is no reader of JSON: it knows neither surrogate pairs nor all that a flow map may
/// hold. Numbers keep the text in which they were written.
package struct JSONReader {
    private let source: SourceText
    private let bytes: [UInt8]
    private var builder: NodeBuilder
    private var offset = 0
    private var eventCount = 0

    /// Reads the whole of `source`, which must be UTF-8.
    package static func read(_ source: SourceText) -> ReadDocument {
        var reader = JSONReader(source)
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
        bytes = source.bytes
        builder = NodeBuilder(source: source)
    }

    private mutating func document() throws(Fault) {
        skipBlanks()
        guard let first = peek() else { throw Fault(.empty, at: 0..<0) }
        guard ![0x22, 0x5B, 0x7B].contains(first), !first.isDigitOfASCII else {
            try value()
            return try end()
        }
        throw fault(first == UInt8(ascii: "/") ? .comment : .startsLikeYAML, at: word())
    }

    private mutating func end() throws(Fault) {
        skipBlanks()
        guard offset == bytes.count else { throw fault(.textAfterEnd, at: word()) }
    }

    /// Calls itself for members; the builder ends that at ``DocumentLimits/depth``.
    private mutating func value() throws(Fault) {
        eventCount += 1
        switch peek() {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""):
            let start = offset
            let text = try string()
            try builder.scalar(text, isPlain: false, span: start..<offset)
        case UInt8(ascii: "'"): throw fault(.singleQuotes, at: offset..<offset + 1)
        case UInt8(ascii: "/"), UInt8(ascii: "#"): throw fault(.comment, at: word())
        default: try literal()
        }
    }

    private mutating func object() throws(Fault) {
        let start = offset
        offset += 1
        try builder.openMap(span: start..<offset)
        skipBlanks()
        if take("}") { return builder.close() }
        while true {
            try key(of: start)
            skipBlanks()
            guard take(":") else { throw missing("\":\"", in: start) }
            skipBlanks()
            guard offset < bytes.count else { throw missing("a value", in: start) }
            try value()
            skipBlanks()
            if take("}") { return builder.close() }
            let comma = offset
            guard take(",") else { throw missing("\",\" or \"}\"", in: start) }
            skipBlanks()
            if peek() == UInt8(ascii: "}") { throw fault(.trailingComma, at: comma..<comma + 1) }
        }
    }

    private mutating func key(of object: Int) throws(Fault) {
        eventCount += 1
        let start = offset
        switch peek() {
        case UInt8(ascii: "\""): break
        case UInt8(ascii: "'"): throw fault(.singleQuotes, at: start..<start + 1)
        case UInt8(ascii: "/"), UInt8(ascii: "#"): throw fault(.comment, at: word())
        case let byte? where byte.isLetterOfASCII || byte == UInt8(ascii: "_"):
            throw fault(.bareKey, at: word())
        default: throw missing("a key", in: object)
        }
        let text = try string()
        try builder.scalar(text, isPlain: false, span: start..<offset)
    }

    private mutating func array() throws(Fault) {
        let start = offset
        offset += 1
        try builder.openList(span: start..<offset)
        skipBlanks()
        if take("]") { return builder.close() }
        while true {
            guard offset < bytes.count else { throw missing("a value", in: start) }
            try value()
            skipBlanks()
            if take("]") { return builder.close() }
            let comma = offset
            guard take(",") else { throw missing("\",\" or \"]\"", in: start) }
            skipBlanks()
            if peek() == UInt8(ascii: "]") { throw fault(.trailingComma, at: comma..<comma + 1) }
        }
    }

    /// A number, `true`, `false` or `null`.
    private mutating func literal() throws(Fault) {
        let span = word()
        guard !span.isEmpty else { throw fault(.expected("a value"), at: offset..<offset + 1) }
        let text = source.text(span)
        let first = bytes[span.lowerBound]
        if first.isDigitOfASCII || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            guard Self.isNumber(bytes[span]) else { throw fault(.number(text), at: span) }
        } else if !["true", "false", "null"].contains(text) {
            throw first == UInt8(ascii: ".")
                ? fault(.number(text), at: span) : fault(.word(text), at: span)
        }
        offset = span.upperBound
        try builder.scalar(text, isPlain: true, span: span)
    }

    /// Source: RFC 8259 §6.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let whole = rest.prefix(while: \.isDigitOfASCII)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else {
            return false
        }
        rest.removeFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: \.isDigitOfASCII)
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest.removeFirst()
            }
            let exponent = rest.prefix(while: \.isDigitOfASCII)
            guard !exponent.isEmpty else { return false }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty
    }

    /// The text between two quotes, escapes resolved. Source: RFC 8259 §7.
    private mutating func string() throws(Fault) -> String {
        let start = offset
        offset += 1
        var text: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20:
                // A string that runs over lines has most often lost its quote.
                if byte == 0x0A || byte == 0x0D, !hasQuote(after: offset) {
                    throw fault(.openQuote, at: start..<offset)
                }
                throw fault(
                    .controlCharacter(Unicode.Scalar(byte)),
                    at: offset..<offset + 1
                )
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw fault(.openQuote, at: start..<start + 1)
    }

    private func hasQuote(after offset: Int) -> Bool {
        bytes[offset...].contains(UInt8(ascii: "\""))
    }

    private mutating func escape(into text: inout [UInt8]) throws(Fault) {
        let start = offset
        offset += 2
        switch start + 1 < bytes.count ? bytes[start + 1] : 0 {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(from: start, into: &text)
        default:
            let end = min(start + 2, bytes.count)
            throw fault(.unknownEscape, at: start..<end)
        }
    }

    private mutating func unicodeEscape(
        from start: Int,
        into text: inout [UInt8]
    ) throws(Fault) {
        guard var value = unit() else { throw fault(.unknownEscape, at: start..<offset) }
        if value & 0xFC00 == 0xD800 {
            guard peek() == UInt8(ascii: "\\"), bytes[offset...].dropFirst().first == 0x75 else {
                throw fault(.loneSurrogate, at: start..<offset)
            }
            offset += 2
            guard let low = unit() else { throw fault(.unknownEscape, at: start..<offset) }
            guard low & 0xFC00 == 0xDC00 else { throw fault(.loneSurrogate, at: start..<offset) }
            value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw fault(.loneSurrogate, at: start..<offset)
        }
        text.append(contentsOf: String(scalar).utf8)
    }

    /// Four hexadecimal digits.
    private mutating func unit() -> UInt32? {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4,
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        offset += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() { offset = source.firstVisible(from: offset) ?? bytes.count }

    /// From here to what can end a number or a word.
    private func word() -> Range<Int> {
        let end = bytes[offset...].firstIndex { byte in
            byte <= 0x20 || [0x22, 0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D].contains(byte)
        }
        return offset..<(end ?? bytes.count)
    }

    /// `what` is expected here; where the document ends, it is the bracket that is open.
    private func missing(_ what: String, in start: Int) -> Fault {
        guard offset < bytes.count else {
            let bracket = Character(Unicode.Scalar(bytes[start]))
            return fault(.openBracket(bracket), at: start..<start + 1)
        }
        return fault(.expected(what), at: offset..<max(offset + 1, word().upperBound))
    }

    private func fault(_ problem: JSONProblem, at span: Range<Int>) -> Fault {
        Fault(.json(problem), at: span, path: builder.path)
    }
}
