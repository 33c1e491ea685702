// SPDX-License-Identifier: Apache-2.0

/// Reads responses from the bytes of one connection: the client's side of ``RequestParser``, with
/// the same two rules and as strict about framing.
public struct ResponseParser: ~Copyable, Sendable {
    private enum Phase {
        case start
        case fields
        case body
        case failed(WireError)
    }

    /// The head of the response that is being read, whole from its event on.
    public private(set) var head = ResponseHead()
    /// Whether the request was HEAD, whose answer has no content. Set it before the answer's head
    /// is read; it stays until it is set again.
    public var answersHEAD = false
    /// How much of each thing is taken.
    public let limits: WireLimits

    private var phase = Phase.start
    private var reader = HeadReader()
    private var body = BodyReader()

    /// A parser for a new connection.
    public init(limits: WireLimits = WireLimits()) {
        limits.check()
        self.limits = limits
    }

    /// How many bytes at the front no later event refers to.
    public var consumed: Int {
        if case .fields = phase { reader.headStart } else { reader.cursor.start }
    }

    /// The caller has dropped `count` bytes at the front, at most ``consumed``.
    public mutating func drop(_ count: Int) {
        precondition(0...consumed ~= count, "bytes were dropped that are still needed")
        reader.rebase(dropping: count)
    }

    /// What comes next in `bytes`: all that came on the connection and was not dropped.
    ///
    /// - Throws: what is wrong with the response. The connection must close after it; every
    ///   later call throws the same.
    public mutating func next(in bytes: Span<UInt8>) throws(WireError) -> MessageEvent {
        precondition(bytes.count >= reader.cursor.start, "bytes were dropped without drop(_:)")
        do throws(WireError) {
            switch phase {
            case .start:
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

    /// The connection ended, and ``next(in:)`` has said `needMore` to its last bytes.
    ///
    /// - Returns: `end` when that ends the content, `needMore` between responses.
    /// - Throws: `closedEarly` when a response was cut off.
    public mutating func finish() throws(WireError) -> MessageEvent {
        switch phase {
        case .start where !reader.cursor.isInsideLine: return .needMore
        case .body where body.endsWithConnection:
            phase = .start
            return .end
        case .failed(let error): throw error
        case .start, .fields, .body:
            phase = .failed(.closedEarly)
            throw .closedEarly
        }
    }

    private mutating func readFirstLine(_ bytes: Span<UInt8>) throws(WireError) -> Bool {
        guard let line = try reader.firstLine(bytes, limits, .statusLine) else { return false }
        try head.readStatusLine(bytes, line)
        reader.begin(at: line.lowerBound, &head.fields)
        phase = .fields
        return true
    }

    private mutating func readFields(_ bytes: Span<UInt8>) throws(WireError) -> MessageEvent {
        while true {
            switch try reader.nextField(bytes, limits, head.version, &head.fields) {
            case .incomplete: return .needMore
            case .other, .host, .expect: break
            case .end(let range):
                try finishHead()
                phase = .body
                return .head(range)
            }
        }
    }

    private mutating func finishHead() throws(WireError) {
        let announced = try reader.framing.framing()
        let isBodiless = answersHEAD || head.status.isBodiless
        head.framing = isBodiless ? .none : announced ?? .untilClose
        head.keepsAlive = reader.framing.keepsAlive(head.version) && head.framing != .untilClose
        if case .length(let length) = head.framing, length > limits.bodyBytes {
            throw .bodyTooLarge(limit: limits.bodyBytes, announced: length)
        }
        body = BodyReader(head.framing)
    }
}
