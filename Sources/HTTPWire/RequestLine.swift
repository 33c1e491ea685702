// SPDX-License-Identifier: Apache-2.0

// The first line of a request, taken apart (RFC 9112 §3).

extension RequestHead {
    /// Reads `line`, whose first byte is the head's. It holds no control characters but tabs.
    mutating func readRequestLine(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(WireError) {
        var index = line.lowerBound
        while index < line.upperBound, ASCII.isToken(bytes[index]) { index += 1 }
        let methodEnd = index
        guard methodEnd < line.upperBound else {
            throw .malformedRequestLine(line.isEmpty ? .empty : .missingTarget)
        }
        guard bytes[methodEnd] == ASCII.space else {
            throw .malformedRequestLine(.methodByte(bytes[methodEnd]))
        }
        guard methodEnd > line.lowerBound else { throw .malformedRequestLine(.missingMethod) }

        index += 1
        let targetStart = index
        var question: Int?
        while true {
            index = bytes.endOfPlainTarget(in: index..<line.upperBound)
            guard index < line.upperBound, bytes[index] != ASCII.space else { break }
            // A fragment is the client's own affair and is never sent (RFC 9112 §3.2).
            guard bytes[index] == ASCII.question else {
                throw .invalidTarget(.byte(bytes[index], offset: index - targetStart))
            }
            if question == nil { question = index }
            index += 1
        }
        let target = targetStart..<index
        guard !target.isEmpty else {
            throw .malformedRequestLine(index < line.upperBound ? .doubleSpace : .missingTarget)
        }
        // The version before the target's form: a reader of another version must hear 505.
        guard index < line.upperBound else { throw .unsupportedVersion("HTTP/0.9") }
        let rest = index + 1..<line.upperBound
        if let extra = bytes.firstIndex(of: ASCII.space, in: rest) {
            throw .malformedRequestLine(extra == rest.lowerBound ? .doubleSpace : .extraPart)
        }
        version = try HTTPVersion.parse(bytes, rest)

        let origin = line.lowerBound
        method = RequestMethod.parse(bytes, origin..<methodEnd)
        methodRange = 0..<methodEnd - origin
        targetRange = target.lowerBound - origin..<target.upperBound - origin
        try readTarget(bytes, target, question: question, origin: origin)
    }

    private mutating func readTarget(
        _ bytes: Span<UInt8>,
        _ target: Range<Int>,
        question: Int?,
        origin: Int
    ) throws(WireError) {
        pathRange = 0..<0
        queryRange = nil
        authorityRange = nil
        if method == .connect {
            guard Authority.hasPort(bytes, target) else { throw .invalidTarget(.authority) }
            targetForm = .authority
            authorityRange = targetRange
            return
        }
        var path = target.lowerBound..<(question ?? target.upperBound)
        switch bytes[target.lowerBound] {
        case ASCII.slash: targetForm = .origin
        case ASCII.asterisk where target.count == 1:
            guard method == .options else { throw .invalidTarget(.asterisk) }
            targetForm = .asterisk
            return
        default:
            let authority = try Self.authority(bytes, path)
            targetForm = .absolute
            authorityRange = authority.lowerBound - origin..<authority.upperBound - origin
            path = authority.upperBound..<path.upperBound
        }
        pathRange = path.lowerBound - origin..<path.upperBound - origin
        queryRange = question.map { $0 + 1 - origin..<target.upperBound - origin }
    }

    /// Where the authority is in an absolute target, whose query is left out of `target`.
    private static func authority(
        _ bytes: Span<UInt8>,
        _ target: Range<Int>
    ) throws(WireError) -> Range<Int> {
        let first = target.lowerBound
        let start: Int
        if target.count >= 7, bytes.matches(first..<first + 7, anyCase: "http://") {
            start = first + 7
        } else if target.count >= 8, bytes.matches(first..<first + 8, anyCase: "https://") {
            start = first + 8
        } else {
            throw .invalidTarget(.form)
        }
        let rest = start..<target.upperBound
        let end = bytes.firstIndex(of: ASCII.slash, in: rest) ?? target.upperBound
        guard bytes.firstIndex(of: ASCII.at, in: start..<end) == nil else {
            throw .invalidTarget(.userInformation)
        }
        guard Authority.isValid(bytes, start..<end) else {
            throw .invalidHost(bytes.excerpt(start..<end))
        }
        return start..<end
    }
}
