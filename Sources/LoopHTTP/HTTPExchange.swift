// SPDX-License-Identifier: Apache-2.0

public import HTTPWire
public import Loop
public import LoopSystem

// Safety (@unchecked Sendable): it is touched on its loop's thread only, which `requireLoop`
// checks where it matters; its last release may come from anywhere, and goes to the loop.

/// One request and its answer. On the loop.
///
/// Answer it exactly once, before the handler returns or later. One that is let go unanswered is
/// answered with 500 and logged: the client never waits in vain. Once the client is gone, or the
/// server has refused the request by itself, an answer goes nowhere, and that is no mistake.
public final class HTTPExchange: @unchecked Sendable {
    /// Nil only while it is kept for the next request.
    private var connection: ServerConnection?
    /// Which request of its connection it is.
    private var number: UInt64 = 0
    private(set) var isAnswered = false
    /// A copy of the head; nil while the handler runs and the head is still where it was read.
    private var head: RequestHead?
    private var headBytes: [UInt8] = []

    init() {}

    deinit {
        guard !isAnswered, let connection else { return }
        let number = number
        let loop = connection.server.loop
        if loop.isOnLoop {
            connection.noteDropped(number)
        } else {
            loop.callSoonThreadsafe { connection.noteDropped(number) }
        }
    }

    // MARK: The request

    /// The request's head and its bytes, for whoever wants to read it without making strings.
    public func withHead<Result, Failure: Error>(
        _ body: (borrowing RequestHead, Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let head {
            let bytes = headBytes
            return try body(head, bytes.span)
        }
        return try connection!.withHead(body)
    }

    /// The method; ``methodText`` names one that is `other`.
    public var method: RequestMethod { withHead { head, _ in head.method } }

    /// The method as it was sent.
    public var methodText: String { withHead { head, bytes in head.methodText(in: bytes) } }

    /// HTTP/1.0 or HTTP/1.1.
    public var version: HTTPVersion { withHead { head, _ in head.version } }

    /// The path as it was sent, still percent-encoded, without the query.
    public var path: String { withHead { head, bytes in head.path(in: bytes) } }

    /// The path's segments and the query, decoded.
    ///
    /// - Throws: `invalidTarget`; give it to ``refuse(_:)``.
    public func target() throws(WireError) -> RequestTarget {
        try withHead { (head, bytes) throws(WireError) in try RequestTarget(head, in: bytes) }
    }

    /// `host[:port]`, from the target or from Host; nil only in HTTP/1.0.
    public var authority: String? { withHead { head, bytes in head.authority(in: bytes) } }

    /// The value of the first field called `name`; nil where there is none.
    public func first(_ name: FieldName) -> String? {
        withHead { head, bytes in head.fields.first(name, in: bytes) }
    }

    /// The values of all fields called `name`, joined by commas; nil where there is none.
    public func joined(_ name: FieldName) -> String? {
        withHead { head, bytes in head.fields.joined(name, in: bytes) }
    }

    /// The announced size of the body: 0 where there is none, nil where it comes in chunks.
    public var contentLength: Int? { withHead { head, _ in head.contentLength } }

    /// The loop that it lives on.
    public var loop: EventLoop { connection!.server.loop }

    /// Who sent it.
    public var peer: SocketAddress { connection!.peer }

    /// The number of its connection, from 1 on, for logs.
    public var connectionID: UInt64 { connection!.id }

    // MARK: The client

    /// Whether the client sends nothing more, or the connection is gone altogether. A client that
    /// closed only its sending side looks the same, and can still read an answer.
    public var isClientGone: Bool { connection!.isClientGone(number) }

    /// Calls `body` once, when ``isClientGone`` becomes true before the answer is complete; at once
    /// where it is already. It replaces the one before it.
    ///
    /// Don't capture the exchange in it: it would keep itself alive.
    public func onDisconnect(_ body: @escaping () -> Void) {
        connection!.setOnDisconnect(number, body)
    }

    /// The request's body, all of it; call it at most once, before the answer.
    ///
    /// Nothing of the body is asked for before: a client that waits for `100 Continue` is told to
    /// go on here. One that announces or sends more than `max` bytes is answered with 413.
    ///
    /// - Throws: ``HTTPError/refused(_:)``: the server has answered, with 413, 408 or 400.
    ///   ``HTTPError/clientGone``; ``HTTPError/cancelled``.
    public func readBody(max: Int) async throws(HTTPError) -> [UInt8] {
        connection!.server.requireLoop("HTTPExchange.readBody")
        return try await connection!.readBody(number, max: max)
    }

    // MARK: The answer

    /// Answers with `bytes`. For fields that are the same each time, keep a block of them.
    public func respond(_ status: HTTPStatus, _ fields: FieldBlock, _ bytes: [UInt8] = []) {
        beginAnswer("HTTPExchange.respond").answer(number, status, fields, bytes.span)
    }

    /// Answers with `text` as UTF-8.
    public func respond(_ status: HTTPStatus, _ fields: FieldBlock, _ text: String) {
        beginAnswer("HTTPExchange.respond").answer(number, status, fields, text.utf8Span.span)
    }

    /// Answers with `bytes`. A field that can't be sent makes it a 500, which is logged.
    public func respond(
        _ status: HTTPStatus,
        _ fields: KeyValuePairs<String, String> = [:],
        _ bytes: [UInt8] = []
    ) {
        guard let block = block(fields) else { return }
        respond(status, block, bytes)
    }

    /// Answers with `text` as UTF-8. A field that can't be sent makes it a 500, which is logged.
    public func respond(
        _ status: HTTPStatus,
        _ fields: KeyValuePairs<String, String> = [:],
        _ text: String
    ) {
        guard let block = block(fields) else { return }
        respond(status, block, text)
    }

    /// Answers with the status and the text that go with `error`, in the server's own form.
    public func refuse(_ error: WireError) {
        beginAnswer("HTTPExchange.refuse").refuse(number, .wire(error))
    }

    /// Begins an answer whose body is written piece by piece; the head goes out at once.
    ///
    /// - Parameter length: how many bytes will be written; nil: that is not known, and they go out
    ///   in chunks.
    public func respondStreaming(
        _ status: HTTPStatus,
        _ fields: FieldBlock = FieldBlock(),
        length: Int? = nil
    ) -> HTTPBodyWriter {
        let connection = beginAnswer("HTTPExchange.respondStreaming")
        connection.beginStream(number, status, fields, length: length)
        return HTTPBodyWriter(connection, number)
    }

    private func block(_ fields: KeyValuePairs<String, String>) -> FieldBlock? {
        do {
            return try FieldBlock(fields)
        } catch {
            beginAnswer("HTTPExchange.respond").refuse(number, .unsendable(error))
            return nil
        }
    }

    private func beginAnswer(_ call: StaticString) -> ServerConnection {
        let connection = connection!
        connection.server.requireLoop(call)
        guard !isAnswered else { fatalError("an exchange was answered twice") }
        isAnswered = true
        return connection
    }

    // MARK: For the connection

    /// Becomes the exchange of the request whose head `connection` has just read.
    func begin(_ connection: ServerConnection, _ number: UInt64) {
        self.connection = connection
        self.number = number
        isAnswered = false
    }

    /// Nobody keeps it: it may serve for another request.
    func release() { connection = nil }

    /// Somebody keeps it: the head's bytes are about to be overwritten.
    func detach() {
        (head, headBytes) = connection!.copyHead()
    }

    /// Nobody keeps it and nobody answered it: the connection knows that already.
    func giveUp() { isAnswered = true }
}
