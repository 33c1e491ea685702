// SPDX-License-Identifier: Apache-2.0

/// Reads requests from the bytes of one connection (RFC 9112).
///
/// Two rules keep it simple:
///
/// 1. It keeps numbers, never bytes. The caller gives it all bytes that are not dropped yet, the
///    same first byte each time, and it tells where in them things are. The caller drops bytes
///    when it likes, at most ``consumed``, and says so by ``drop(_:)``.
/// 2. What it says does not depend on how the bytes were cut. An event or an error comes when
///    the byte that decides it is there.
///
/// So several requests in one read need no moving of bytes: call ``next(in:)`` until it says
/// `needMore`, then drop what is consumed. Each byte is looked at a fixed number of times,
/// however slowly it comes, and a head of up to ``FieldTable/inlineCount`` fields allocates
/// nothing.
public struct RequestParser: ~Copyable, Sendable {
    private enum Phase {
        case start
        case startAfterEmptyLine
        case fields
        case body
        case failed(WireError)
    }

    /// The head of the request that is being read. Whole from its event on until the call of
    /// ``next(in:)`` that follows `end`, and when that throws `bodyTooLarge` or
    /// `unsupportedExpectation`: whoever logs the refusal can say what was refused.
    public private(set) var head = RequestHead()
    /// How much of each thing is taken.
    public let limits: WireLimits

    private var phase = Phase.start
    private var reader = HeadReader()
    private var hostRange: Range<Int>?
    private var expectation: Range<Int>?
    private var isExpectationKnown = true
    private var body = BodyReader()

    /// A parser for a new connection.
    public init(limits: WireLimits = WireLimits()) {
        limits.check()
        self.limits = limits
    }

    /// How many bytes at the front no later event refers to. While a head is unfinished, it
    /// counts up to the head's first byte.
    public var consumed: Int {
        if case .fields = phase { reader.headStart } else { reader.cursor.start }
    }

    /// Where the bytes of ``head`` are: what its event said, moved by what was dropped since. Nil
    /// when some of them were dropped, or when the head is not whole.
    public var headRange: Range<Int>? { reader.headRange }

    /// Whether the connection may end here without a request being cut off. Bytes that were
    /// not given to the parser yet are not counted.
    public var isBetweenRequests: Bool {
        switch phase {
        case .start, .startAfterEmptyLine: !reader.cursor.isInsideLine
        case .fields, .body, .failed: false
        }
    }

    /// The caller has dropped `count` bytes at the front, at most ``consumed``. Ranges of
    /// earlier events are worth nothing from here on; offsets inside a head stay true.
    public mutating func drop(_ count: Int) {
        precondition(0...consumed ~= count, "bytes were dropped that are still needed")
        reader.rebase(dropping: count)
    }

    /// What comes next in `bytes`: all that came on the connection and was not dropped.
    ///
    /// - Throws: what is wrong with the request. The connection must close after it; every later
    ///   call throws the same.
    public mutating func next(in bytes: Span<UInt8>) throws(WireError) -> MessageEvent {
        precondition(bytes.count >= reader.cursor.start, "bytes were dropped without drop(_:)")
        do throws(WireError) {
            switch phase {
            case .start, .startAfterEmptyLine:
                guard try readFirstLine(bytes) else { return .needMore }
                return try readFields(bytes)
            case .fields: return try readFields(bytes)
            case .body:
                let event = try body.next(in: bytes, &reader.cursor, limits)
                if event == .end { phase = .start }
                return event
            case .failed(let error): throw error
            }
        } catch {
            phase = .failed(error)
            throw error
        }
    }

    /// Whether the request line is there and was read.
    private mutating func readFirstLine(_ bytes: Span<UInt8>) throws(WireError) -> Bool {
        while let line = try reader.firstLine(bytes, limits, .requestLine) {
            // Old clients put a line end behind the content of POST (RFC 9112 §2.2).
            if line.isEmpty, case .start = phase {
                phase = .startAfterEmptyLine
                continue
            }
            try head.readRequestLine(bytes, line)
            reader.begin(at: line.lowerBound, &head.fields)
            hostRange = nil
            expectation = nil
            isExpectationKnown = true
            phase = .fields
            return true
        }
        return false
    }

    private mutating func readFields(_ bytes: Span<UInt8>) throws(WireError) -> MessageEvent {
        while true {
            switch try reader.nextField(bytes, limits, head.version, &head.fields) {
            case .incomplete: return .needMore
            case .other: break
            case .host(let value):
                guard hostRange == nil else {
                    throw .repeatedHost(.field(head.fields.count))
                }
                guard Authority.isValid(bytes, value) else {
                    throw .invalidHost(bytes.excerpt(value))
                }
                hostRange = head.fields.valueRange(at: head.fields.count - 1)
            case .expect(let value):
                guard isExpectationKnown else { break }
                expectation = head.fields.valueRange(at: head.fields.count - 1)
                isExpectationKnown = bytes.matches(value, anyCase: "100-continue")
            case .end(let range):
                try finishHead(bytes, start: range.lowerBound)
                phase = .body
                return .head(range)
            }
        }
    }

    /// Judges what only the whole head can tell. Framing first: when it is in doubt, nothing else
    /// counts.
    private mutating func finishHead(_ bytes: Span<UInt8>, start: Int) throws(WireError) {
        head.framing = try reader.framing.framing() ?? .none
        guard hostRange != nil || head.version == .http10 else { throw .missingHost }
        if head.authorityRange == nil { head.authorityRange = hostRange }
        head.keepsAlive = reader.framing.keepsAlive(head.version)
        // HTTP/1.0 has no interim responses, and without content there is nothing to wait for
        // (RFC 9110 §10.1.1).
        head.expectsContinue =
            expectation != nil && head.version == .http11 && head.contentLength != 0
        if let expectation, !isExpectationKnown {
            let value = expectation.lowerBound + start..<expectation.upperBound + start
            throw .unsupportedExpectation(bytes.excerpt(value))
        }
        if case .length(let length) = head.framing, length > limits.bodyBytes {
            throw .bodyTooLarge(limit: limits.bodyBytes, announced: length)
        }
        body = BodyReader(head.framing)
    }
}
