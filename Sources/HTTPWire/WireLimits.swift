// SPDX-License-Identifier: Apache-2.0

/// How much of each thing a parser takes before it refuses the message.
///
/// Together they bound the memory that one unfinished head can hold:
/// `requestLineBytes + headerBytes` and a few bytes a line.
public struct WireLimits: Hashable, Sendable {
    /// Bytes of a request line or status line, line end not counted; beyond it 414.
    /// 8192, because RFC 9112 §3 asks for at least 8000.
    public var requestLineBytes: Int
    /// Bytes of all field lines of a head together, line ends not counted; beyond it 431.
    /// 32 KiB, because proxies add long cookies and tokens, and none adds more.
    public var headerBytes: Int
    /// Field lines of a head, and again of the trailers; beyond it 431.
    /// 100, because a browser behind two proxies sends about 40.
    public var fieldCount: Int
    /// Bytes of all chunk extensions of a message together; beyond it 413.
    /// 4096: nothing here reads them, so they are only a way to make us read for nothing.
    public var chunkExtensionBytes: Int
    /// Bytes of all trailer lines together, line ends not counted; beyond it 431.
    /// 4096, because trailers carry a digest or a signature.
    public var trailerBytes: Int
    /// Bytes of content after chunks are taken apart; beyond it 413, and before any of it is
    /// read where Content-Length says so. 8 MiB: a text that people write is smaller.
    public var bodyBytes: Int

    /// Limits with the defaults that each property's text explains.
    public init(
        requestLineBytes: Int = 8192,
        headerBytes: Int = 32 << 10,
        fieldCount: Int = 100,
        chunkExtensionBytes: Int = 4096,
        trailerBytes: Int = 4096,
        bodyBytes: Int = 8 << 20
    ) {
        self.requestLineBytes = requestLineBytes
        self.headerBytes = headerBytes
        self.fieldCount = fieldCount
        self.chunkExtensionBytes = chunkExtensionBytes
        self.trailerBytes = trailerBytes
        self.bodyBytes = bodyBytes
    }

    /// Stops the process when the limits make no sense: offsets in a head have 32 bits.
    func check() {
        precondition(
            requestLineBytes > 0 && headerBytes > 0 && fieldCount > 0 && chunkExtensionBytes >= 0
                && trailerBytes >= 0 && bodyBytes >= 0,
            "a limit is below its minimum"
        )
        precondition(
            requestLineBytes <= 1 << 28 && headerBytes <= 1 << 28 && fieldCount <= 1 << 24,
            "limits of a head are above what its offsets can hold"
        )
    }
}
