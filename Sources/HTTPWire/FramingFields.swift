// SPDX-License-Identifier: Apache-2.0

/// What the fields of one head say about where its message ends and whether the connection
/// goes on. Both sides share it. Every doubt is an error (RFC 9112 §11.2: request smuggling).
struct FramingFields: Sendable {
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var asksToClose = false
    private(set) var asksToKeepAlive = false

    /// A field that the side which reads the head has to look at itself.
    enum Other { case host, expect, none }

    /// Takes note of a field, if it is one of those.
    @inline(__always)
    mutating func note(
        _ bytes: Span<UInt8>,
        _ line: FieldLine,
        _ place: WireError.Place,
        _ version: HTTPVersion
    ) throws(WireError) -> Other {
        switch line.name.count {
        case 4: if bytes.matches(line.name, anyCase: "host") { return .host }
        case 6: if bytes.matches(line.name, anyCase: "expect") { return .expect }
        case 10:
            if bytes.matches(line.name, anyCase: "connection") { noteConnection(bytes, line.value) }
        case 14:
            if bytes.matches(line.name, anyCase: "content-length") {
                guard contentLength == nil else { throw .repeatedContentLength(place) }
                contentLength = try Self.length(bytes, line.value, place)
            }
        case 17:
            if bytes.matches(line.name, anyCase: "transfer-encoding") {
                guard !isChunked else { throw .repeatedTransferEncoding(place) }
                guard version == .http11 else { throw .transferEncodingInHTTP10 }
                try noteTransferEncoding(bytes, line.value)
            }
        default: break
        }
        return .none
    }

    /// The framing, when the head is whole; nil when no field says anything about it.
    func framing() throws(WireError) -> BodyFraming? {
        guard isChunked else { return contentLength.map { .length($0) } }
        guard contentLength == nil else { throw .lengthAndTransferEncoding }
        return .chunked
    }

    /// Whether the connection can carry another message (RFC 9112 §9.3).
    func keepsAlive(_ version: HTTPVersion) -> Bool {
        !asksToClose && (version == .http11 || asksToKeepAlive)
    }

    private static func length(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ place: WireError.Place
    ) throws(WireError) -> Int {
        var length = 0
        for index in range {
            let digit = bytes[index] &- ASCII.zero
            let (tens, tooMany) = length.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) = tens.addingReportingOverflow(Int(digit))
            guard digit < 10, !tooMany, !tooMuch else {
                throw .invalidContentLength(bytes.excerpt(range), place)
            }
            length = sum
        }
        guard !range.isEmpty else { throw .invalidContentLength("", place) }
        return length
    }

    private mutating func noteTransferEncoding(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>
    ) throws(WireError) {
        if bytes.matches(range, anyCase: "chunked") {
            isChunked = true
            return
        }
        // Only the error is left to choose. Without `chunked` at the end nobody knows where the
        // content ends, so 400; with another coding before it, it is a thing we don't do, 501.
        var isLastChunked = false
        var chunkedCount = 0
        var othersCount = 0
        Self.forEachElement(bytes, range) { element in
            isLastChunked = bytes.matches(element, anyCase: "chunked")
            if isLastChunked { chunkedCount += 1 } else { othersCount += 1 }
        }
        throw isLastChunked && chunkedCount == 1 && othersCount > 0
            ? .unsupportedTransferCoding(bytes.excerpt(range))
            : .chunkedNotLast(bytes.excerpt(range))
    }

    private mutating func noteConnection(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        Self.forEachElement(bytes, range) { element in
            if bytes.matches(element, anyCase: "close") { asksToClose = true }
            if bytes.matches(element, anyCase: "keep-alive") { asksToKeepAlive = true }
        }
    }

    /// The elements of a list (RFC 9110 §5.6.1), empty ones left out.
    @inline(__always)
    private static func forEachElement(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ body: (Range<Int>) -> Void
    ) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = bytes.firstIndex(of: ASCII.comma, in: start..<range.upperBound)
            let element = bytes.trimmed(start..<(end ?? range.upperBound))
            if !element.isEmpty { body(element) }
            start = (end ?? range.upperBound) + 1
        }
    }
}
