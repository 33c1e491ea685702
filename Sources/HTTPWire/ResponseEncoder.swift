// SPDX-License-Identifier: Apache-2.0

/// Writes one response into its caller's buffer (RFC 9112 §4 to §7).
///
/// The order of calls is `begin`, any `field`, then either `body` (all of it at once) or one of
/// the `startBody`, any `piece`, and `end`. Another order is a mistake of the program and stops
/// it. Content-Length, Transfer-Encoding, Connection and Date are written here and by nobody
/// else, so what is announced is what is sent.
///
/// Answers that have no content (to HEAD; 204 and 304) take the same calls; the content is left
/// out. Bytes are added at the buffer's end, so several responses can share one write.
public struct ResponseEncoder: Sendable {
    private enum Phase {
        case idle
        case fields
        case sized(left: Int)
        case chunked
        case untilClose
        case bodiless
        case ended
    }

    /// What a server sends when ``RequestHead/expectsContinue`` and it wants the content.
    public static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Whether the connection must close after this response. Set it before the content begins
    /// to close on purpose; the response then says so.
    public var closes: Bool
    /// Whether the response is complete.
    public var isEnded: Bool { if case .ended = phase { true } else { false } }

    private let version: HTTPVersion
    private let answersHEAD: Bool
    private var phase = Phase.idle
    private var status = HTTPStatus.ok
    private var start = 0
    private var announced = 0

    /// The answer to `request`.
    public init(answering request: borrowing RequestHead) {
        self.init(
            version: request.version,
            answersHEAD: request.method == .head,
            closes: !request.keepsAlive
        )
    }

    /// An answer to what could not be read, with the defaults: it closes the connection.
    public init(version: HTTPVersion = .http11, answersHEAD: Bool = false, closes: Bool = true) {
        self.version = version
        self.answersHEAD = answersHEAD
        self.closes = closes
    }

    // MARK: The head

    /// Writes the status line, and Date unless there is none. Interim statuses are not written
    /// this way; see ``continueResponse``.
    public mutating func begin(_ status: HTTPStatus, date: HTTPDate?, into out: inout [UInt8]) {
        guard case .idle = phase, status.code >= 200 else { fatalError("begin is out of order") }
        self.status = status
        start = out.count
        phase = .fields
        if status.code == 200 {
            out.append("HTTP/1.1 200 OK\r\n")
        } else {
            out.append("HTTP/1.1 ")
            out.append(number: status.code)
            out.append(ASCII.space)
            out.append(status.reason)
            out.append("\r\n")
        }
        if let date {
            out.append("Date: ")
            out.append(date.bytes.span)
            out.append("\r\n")
        }
    }

    /// Writes a field.
    ///
    /// - Throws: `unsendableFieldName`, `unsendableFieldValue` (a CR, LF, NUL or another control
    ///   character would let the value's author write fields and messages of their own) or
    ///   `reservedField`. Nothing of the field is written then; go on, or ``abandon(_:)``.
    public func field(
        _ name: String,
        _ value: String,
        into out: inout [UInt8]
    ) throws(WireError) {
        guard case .fields = phase else { fatalError("field is out of order") }
        try FieldBlock.append(name, value, to: &out)
    }

    /// Writes fields that were checked before.
    public func fields(_ block: FieldBlock, into out: inout [UInt8]) {
        guard case .fields = phase else { fatalError("fields is out of order") }
        out.append(contentsOf: block.bytes)
    }

    /// Takes back all that `begin` and `field` wrote, so that another response can begin. Only
    /// before the content begins, and only when the caller took no bytes out of the buffer.
    public mutating func abandon(_ out: inout [UInt8]) {
        guard case .fields = phase else { fatalError("abandon is out of order") }
        out.removeSubrange(start...)
        phase = .idle
    }

    // MARK: The content

    /// Ends the head and writes the whole content, whose length is announced.
    public mutating func body(_ bytes: Span<UInt8>, into out: inout [UInt8]) {
        startBody(length: bytes.count, into: &out)
        if case .sized = phase { out.append(bytes) }
        phase = .ended
    }

    /// Ends the head and writes the whole content as UTF-8.
    public mutating func body(_ text: String, into out: inout [UInt8]) {
        body(text.utf8Span.span, into: &out)
    }

    /// Ends the head; exactly `length` bytes follow by ``piece(_:into:)``, or are sent by the
    /// caller and counted by ``countSent(_:)``.
    public mutating func startBody(length: Int, into out: inout [UInt8]) {
        guard case .fields = phase, length >= 0 else { fatalError("startBody is out of order") }
        announced = length
        phase = hasContent ? .sized(left: length) : .bodiless
        // 204 must not announce a length (RFC 9110 §8.6); 304 would have to know that of the 200.
        if !status.isBodiless {
            out.append("Content-Length: ")
            out.append(number: length)
            out.append("\r\n")
        }
        finishHead(&out)
    }

    /// Ends the head; pieces follow until ``end(into:)``. They go out as chunks, or to HTTP/1.0
    /// as they are, up to the end of the connection.
    public mutating func startBodyOfUnknownLength(into out: inout [UInt8]) {
        guard case .fields = phase else { fatalError("startBody is out of order") }
        if version == .http10 {
            if hasContent { closes = true }
            phase = hasContent ? .untilClose : .bodiless
        } else {
            phase = hasContent ? .chunked : .bodiless
            if !status.isBodiless { out.append("Transfer-Encoding: chunked\r\n") }
        }
        finishHead(&out)
    }

    /// Writes the next piece of the content. An empty piece writes nothing.
    ///
    /// - Throws: `bodyLongerThanAnnounced`; nothing of the piece is written then.
    public mutating func piece(_ bytes: Span<UInt8>, into out: inout [UInt8]) throws(WireError) {
        let count = bytes.count
        switch phase {
        case .sized(let left):
            guard count <= left else { throw .bodyLongerThanAnnounced(announced: announced) }
            phase = .sized(left: left - count)
            out.append(bytes)
        case .chunked:
            // A chunk of no bytes would say that the content ends here.
            guard count > 0 else { return }
            out.append(number: count, base: 16)
            out.append("\r\n")
            out.append(bytes)
            out.append("\r\n")
        case .untilClose: out.append(bytes)
        case .bodiless: break
        case .idle, .fields, .ended: fatalError("piece is out of order")
        }
    }

    /// The caller sends `count` bytes of the content past the buffer, behind what is in it. Only
    /// where the length was announced.
    ///
    /// - Throws: `bodyLongerThanAnnounced`; don't send them then.
    /// - Returns: whether to send them at all: false where the answer has no content.
    public mutating func countSent(_ count: Int) throws(WireError) -> Bool {
        switch phase {
        case .sized(let left):
            guard count <= left else { throw .bodyLongerThanAnnounced(announced: announced) }
            phase = .sized(left: left - count)
            return true
        case .bodiless: return false
        default: fatalError("countSent is out of order")
        }
    }

    /// Ends the content.
    ///
    /// - Throws: `bodyShorterThanAnnounced`; the connection must close, because the client waits
    ///   for the rest.
    public mutating func end(into out: inout [UInt8]) throws(WireError) {
        switch phase {
        case .sized(let left) where left > 0:
            closes = true
            phase = .ended
            throw .bodyShorterThanAnnounced(missing: left)
        case .chunked: out.append("0\r\n\r\n")
        case .sized, .untilClose, .bodiless: break
        case .idle, .fields, .ended: fatalError("end is out of order")
        }
        phase = .ended
    }

    private var hasContent: Bool { !answersHEAD && !status.isBodiless }

    private func finishHead(_ out: inout [UInt8]) {
        // What each version does anyway need not be said (RFC 9112 §9.3).
        if closes {
            out.append("Connection: close\r\n")
        } else if version == .http10 {
            out.append("Connection: keep-alive\r\n")
        }
        out.append("\r\n")
    }
}
