// SPDX-License-Identifier: Apache-2.0

import Loop

// Safety (@unchecked Sendable): it is touched on its loop's thread only, which `requireLoop`
// checks; its last release may come from anywhere, and goes to the loop.

/// Writes the body of an answer piece by piece. On the loop.
///
/// End it by ``end()``. One that is let go before that cuts the connection, so that the client can
/// tell that something is missing.
public final class HTTPBodyWriter: @unchecked Sendable {
    private let connection: ServerConnection
    private let number: UInt64
    private var isEnded = false

    init(_ connection: ServerConnection, _ number: UInt64) {
        self.connection = connection
        self.number = number
    }

    deinit {
        guard !isEnded else { return }
        let (connection, number) = (connection, number)
        let loop = connection.server.loop
        if loop.isOnLoop {
            connection.abandonStream(number)
        } else {
            loop.callSoonThreadsafe { connection.abandonStream(number) }
        }
    }

    /// Whether the client sends nothing more, or the connection is gone altogether.
    public var isClientGone: Bool { connection.isClientGone(number) }

    /// Writes a piece and waits until the kernel has taken all of it, so that no more than one
    /// piece is ever in memory. One write at a time. An empty piece writes nothing.
    ///
    /// - Throws: ``HTTPError/clientGone``; ``HTTPError/cancelled``, and the piece may yet go out.
    public func write(_ bytes: [UInt8]) async throws(HTTPError) {
        connection.server.requireLoop("HTTPBodyWriter.write")
        guard !isEnded else { fatalError("an answer was written to after its end") }
        try await connection.writePiece(number, bytes)
    }

    /// Writes `text` as UTF-8.
    ///
    /// - Throws: as ``write(_:)-([UInt8])`` does.
    public func write(_ text: String) async throws(HTTPError) { try await write(Array(text.utf8)) }

    /// Ends the body. Where fewer bytes were written than announced the connection is cut.
    public func end() {
        connection.server.requireLoop("HTTPBodyWriter.end")
        guard !isEnded else { fatalError("an answer was ended twice") }
        isEnded = true
        connection.endStream(number)
    }
}
