// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// What became of a request.
public struct CurlResult: Sendable {
    /// The answer's status; nil where its first line never came. It may be there beside an error:
    /// the answer began and did not end.
    public var status: Int?
    /// Why there is no whole answer; nil where there is one, or all of it that was allowed.
    public var error: CurlError?
    /// The answer's body, at most ``CurlRequest/bodyMax`` bytes.
    public var body: [UInt8] = []
    /// Whether the body was longer than that.
    public var isBodyCut = false
    /// How long the server asks to be left alone, never negative; nil where it does not.
    ///
    /// Source: RFC 9110 §10.2.3.
    public var retryAfter: Duration?
    /// Who was connected to.
    public var remoteAddress: SocketAddress?
    /// How long the parts took.
    public var times = CurlTimes()

    /// Of a request that was not made.
    public init(error: CurlError? = nil) { self.error = error }
}

/// How long the parts of a transfer took, each counted from its beginning; zero where a part was
/// never reached, and where an earlier connection was used again.
///
/// Source: CURLINFO_NAMELOOKUP_TIME_T and its relatives.
public struct CurlTimes: Hashable, Sendable {
    /// Until the name was resolved.
    public var lookup: Duration = .zero
    /// Until the connection was made.
    public var connect: Duration = .zero
    /// Until TLS was agreed on.
    public var tls: Duration = .zero
    /// Until the answer's first byte.
    public var firstByte: Duration = .zero
    /// Until its end.
    public var total: Duration = .zero
}
